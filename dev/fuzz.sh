#!/bin/bash
# fuzz.sh PIECE SECONDS - searches with each target of a piece ("1/8": every
# eighth) for so long, as many side by side as there are processors. An input that
# ends one goes into its corpus, others are kept in build/fuzz/grown. The targets
# are built: make V=fuzz fuzzers.
set -u
cd "$(dirname "$0")/.." || exit 1
piece=${1%/*} of=${1#*/}
search() { # NAME SECONDS
	local log=build/fuzz/$1.log
	mkdir -p "build/fuzz/grown/$1"
	if build/fuzz/tests/fuzz/fuzz_"$1" -max_total_time="$2" -timeout=20 -artifact_prefix="tests/fuzz/corpus/$1/" \
		"build/fuzz/grown/$1" "tests/fuzz/corpus/$1" >"$log" 2>&1; then
		echo "ok - fuzz_$1: $(grep -c '	NEW ' "$log") new"
	else
		echo "not ok - fuzz_$1"
		grep -E 'ERROR|SUMMARY|Test unit written' "$log" | sed 's/^/# /'
	fi
}
export -f search
out=$(ls tests/fuzz/fuzz_*.c | sed 's|.*/fuzz_||; s|\.c$||' | awk -v k="$piece" -v n="$of" 'NR % n == k % n' |
	xargs -P "$(nproc)" -I{} bash -c 'search "$@"' _ {} "$2")
echo "$out"
grep '^not ok' <<<"$out" | sed 's/^not ok - //; s/$/: found something/' >>"${RT_TEST_TOLD:-/dev/null}"
echo "$(grep -c '^ok' <<<"$out") $(grep -c '^not ok' <<<"$out")" >>"${RT_TEST_TALLY:-/dev/null}"
! grep -q '^not ok' <<<"$out" && grep -q '^ok' <<<"$out"
