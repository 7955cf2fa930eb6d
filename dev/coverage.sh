#!/bin/bash
# coverage.sh - lines and branches that the tests of the coverage build reach.
#   coverage.sh begin       forgets what was counted
#   coverage.sh run NAME    some tests: c, drills (that take something away for
#                           a while), calls (SIP and whole calls) or web
#   coverage.sh sum         prints every room, fails below a floor
#                           (dev/coverage.txt)
#   coverage.sh add TEST…   runs these only and adds to what was counted before
#   coverage.sh files ROOM  the room's files, most unreached branches first
#   coverage.sh lines FILE  what of the file no test has reached
# All of it is `make coverage`, whose parts are in dev/coverage.parts.
set -u
cd "$(dirname "$0")/.." || exit 1
export RT_BUILD=$PWD/build/cov RT_TEST_TIMEOUT_S=1800 RT_TEST_FAULTS=all

count() { # gcovr's answer into the file $1, about the object files under $2
	gcovr -j "$(nproc)" --root . --object-directory "$2" --exclude 'tests/' --exclude 'bench/' \
		--exclude-throw-branches "${@:3}" --json-summary "$1" "$2" >/dev/null
}
# Programs that became other users write their counts, too: also where no test
# has yet, since each would make a file that the next may not write.
let_all_write() {
	find build/cov/o -name '*.gcno' | while read -r f; do
		[ -e "${f%.gcno}.gcda" ] || : >"${f%.gcno}.gcda"
	done
	chmod -R a+rwX build/cov
}
c_tests() {
	find build/cov/tests -type f -perm -u+x \
		\( -path '*/unit/test_*' -o -path '*/db/test_*' -o -path '*/sim/test_*' -o -name 'fuzz_*' \) | sort
}

begin() {
	find build/cov -name '*.gcda' -delete
	let_all_write
}
# Most of them wait: as many at once as in `make test`, and two that failed get
# a second chance as there.
part() {
	case $1 in
	c) dev/run-tests.sh $(c_tests) ;;
	drills) dev/run-tests.sh -j $(($(nproc) * 3)) tests/drill/{kill,hang,disk_full,mysql_down,torn_journal}.test.mjs ;;
	calls) RT_TEST_AGAIN=2 dev/run-tests.sh -j $(($(nproc) * 3)) tests/{e2e,sip}/*.test.mjs ;;
	web) RT_TEST_AGAIN=2 dev/run-tests.sh -j $(($(nproc) + 1)) tests/web/*.test.mjs ;;
	*) return 2 ;;
	esac
}

case ${1:-} in
begin)
	begin
	exit
	;;
run)
	let_all_write
	part "${2:-}"
	exit
	;;
sum) ;;
add)
	let_all_write
	dev/run-tests.sh "${@:2}" || exit 1
	;;
files)
	count build/cov/room.json "build/cov/o/$2" || exit 1
	node dev/coverage.mjs files build/cov/room.json
	exit
	;;
lines)
	gcovr --root . --object-directory build/cov --filter "$2" --exclude-throw-branches --txt - "build/cov/o/${2%/*}"
	gcov --stdout "build/cov/o/${2%.c}.gcda" 2>/dev/null | grep -n '#####:' | cut -d: -f3-
	exit
	;;
*)
	sed -n 's/^# *//; 2,11p' "$0" >&2
	exit 2
	;;
esac
count build/cov/summary.json build/cov/o || exit 1
node dev/coverage.mjs rooms build/cov/summary.json dev/coverage.txt
