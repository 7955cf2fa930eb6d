#!/bin/bash
# coverage.sh - runs the C tests and the web tests of the coverage build and
# prints lines and branches of every room; fails below a room's floor
# (dev/coverage.txt).
set -u
cd "$(dirname "$0")/.." || exit 1
export RT_BUILD=$PWD/build/cov RT_TEST_TIMEOUT_S=600
find build/cov -name '*.gcda' -delete
tests=$(find build/cov/tests -type f -perm -u+x -path '*/unit/test_*' -o -type f -perm -u+x -path '*/db/test_*' -o -type f -perm -u+x -path '*/sim/test_*' -o -type f -perm -u+x -name 'fuzz_*' | sort)
dev/run-tests.sh $tests || exit 1
# Programs that became other users write their counts, too: also where no test
# has yet, since each would make a file that the next may not write.
find build/cov/o -name '*.gcno' | while read -r f; do
	[ -e "${f%.gcno}.gcda" ] || : >"${f%.gcno}.gcda"
done
chmod -R a+rwX build/cov
dev/run-tests.sh tests/web/*.test.mjs tests/e2e/operator.test.mjs || exit 1
gcovr --root . --object-directory build/cov --exclude 'tests/' --exclude 'bench/' --exclude-throw-branches --json-summary build/cov/summary.json >/dev/null || exit 1
node dev/coverage.mjs build/cov/summary.json dev/coverage.txt
