#!/bin/bash
# test.sh check|test - runs the kinds of tests one after another and closes with
#                      one line "N passed, N failed" over all of them (make
#                      check, make test). A step that cannot even begin counts
#                      as one failure.
# test.sh reports SIZES - the pages over so many calls, a part of make test-long
set -u
cd "$(dirname "$0")/.." || exit 1
. dev/steps.sh
what=${1:-test}
jobs=$(nproc)
outer=${RT_TEST_TALLY:-} outer_told=${RT_TEST_TOLD:-} # a part of make test-long
if [ "$what" = behind ]; then
	work=$RT_TEST_WORK # of the run it belongs to
else
	work=$(dev/scratch.sh new rtsum $$) || exit 1
	trap 'rm -rf "$work"' EXIT
fi
begin=$SECONDS
# A step that ends in good order at Ctrl-C would be followed by the next.
trap 'exit 130' INT

# step NAME COMMAND...: its counts and what failed go into files of its own.
step() {
	local name=$1 start=$SECONDS
	export RT_TEST_TALLY="$work/tally.$1" RT_TEST_TOLD="$work/told.$1" RT_TEST_TIMES=$PWD/build/times.txt
	printf '\n== %s\n' "$name"
	ran "$@"
	printf '== %s: %d s\n' "$name" $((SECONDS - start))
}
# Steps that compute, behind steps that wait: a call takes as long as people talk,
# whatever the processor does meanwhile. They get what time is left over, and
# are told when they have ended. They build in a folder of their own, and what
# they need of ours they ask for last.
behind() { # check|test
	RT_TEST_WORK=$work $tied nice -n 10 dev/test.sh behind "$1" >"$work/behind" 2>&1 &
	other=$!
}
joined() {
	wait "$other" || {
		echo "0 1" >"$work/tally.behind"
		echo "what ran behind was cut off" >"$work/told.behind"
	}
	cat "$work/behind"
}
lint() {
	local rc
	quiet_make all tests || return 1
	TMPDIR=$work $tied make -s lint >"$work/lint"
	rc=$?
	cat "$work/lint"
	awk -v file=lint -f dev/failed.awk "$work/lint" >>"$RT_TEST_TOLD"
	echo "$(grep -c '^ok' "$work/lint") $(grep -c '^not ok' "$work/lint")" >>"$RT_TEST_TALLY"
	return $rc
}
unit() { # variant
	quiet_make "V=$1" units && $tied make -s "V=$1" unit
}
# Test programs of some folders, the longest first, so that none is left alone at
# the end: those of dev/slow.txt, then by their size. Most of them wait: a call
# takes as long as people talk, a drill for what it killed, a page for what might
# still come. So they run beside each other, and as many as keep the processors
# busy (dev/run-tests.sh -j), no more: on full ones the sound of a call is late.
long_first() { # folder...
	local kind all
	all=$(grep -E "^tests/($(tr ' ' '|' <<<"$*"))/" dev/slow.txt)$'\n'
	for kind; do all+=$(ls -S tests/"$kind"/*.test.mjs)$'\n' || return 1; done
	awk 'NF && !seen[$0]++' <<<"$all"
}
node_tests() { # AT-LEAST-AT-MOST folder...
	local list at_once=$1
	shift
	list=$(long_first "$@") || return 1
	# A drill looks for what happens now and then: once is too often.
	RT_BUILD=$PWD/build/debug RT_TEST_AGAIN=2 RT_TEST_ONCE=tests/drill/ RT_TEST_TIMEOUT_S=${RT_TEST_TIMEOUT_S:-1200} $tied dev/run-tests.sh -j "$at_once" $list
}
c_tests() { # folder target
	ls tests/"$1"/test_*.c >/dev/null || return 1
	$tied make -s "$2"
}
# The pages over many calls, in a debug build. A million may take four times what
# they must, which tells apart what reads all calls and what does not; so many
# times fewer calls so many times less (docs/decisions/0396).
# The calls may have been made before. It is the largest company that is asked, a
# tenth of all calls is its own among twenty, too; each has its sums made.
export RT_BENCH_COMPANIES=${RT_BENCH_COMPANIES:-20}
make_calls() { # sizes
	# Two makes at once would spoil each other's build.
	until [ -e "$work/built" ]; do sleep 1; done
	quiet_make all static build/debug/bench/bench_reports &&
		RT_BUILD=$PWD/build/debug RT_BENCH_CALLS=$1 RT_BENCH_KEEP=$work/calls RT_BENCH_FILL=1 $tied node bench/reports.mjs
}
reports() { # sizes times
	quiet_make all static build/debug/bench/bench_reports || return 1
	local rc
	RT_BUILD=$PWD/build/debug RT_BENCH_CALLS=$1 RT_BENCH_KEEP=$work/calls RT_BENCH_REPEAT=10 RT_BENCH_JUDGE=$2 $tied node bench/reports.mjs 2>"$work/missed"
	rc=$?
	cat "$work/missed"
	[ $rc -eq 0 ] && echo "1 0" >>"$RT_TEST_TALLY" && return
	echo "0 1" >>"$RT_TEST_TALLY"
	{
		echo "bench/reports.mjs ($1 calls): status $rc"
		grep -E '^missed|Error' "$work/missed" | tail -n 5 | cut -c1-150 | sed 's/^/    /'
	} >>"$RT_TEST_TOLD"
	return $rc
}

san() { step "unit tests and fuzz corpora, clang sanitizers" unit san; }
if [ "$what" = reports ]; then
	export RT_TEST_TALLY=${outer:-$work/tally} RT_TEST_TOLD=${outer_told:-$work/told}
	reports "${2:-1000000}" 4
	exit
fi
if [ "$what" = behind ]; then
	san
	[ "$2" = check ] || step "300,000 calls are made" make_calls 300000
	exit 0
fi
mkdir -p build
: >build/times.txt
behind "$what"
step "lint" lint
step "unit tests and fuzz corpora, gcc" unit debug
if [ "$what" = check ]; then
	joined
else
	step "static files" quiet_make static
	: >"$work/built"
	step "database" c_tests db test-db
	step "simulated calls" c_tests sim test-sim
	step "sip, drill, e2e, web" node_tests $((jobs * 2))-$((jobs * 6)) sip drill e2e web
	joined
	step "browser" node_tests $((jobs + 1))-$((jobs * 3)) browser
	step "reports over 300,000 calls" reports 300000 1.2
	rm -rf "$work/calls"
fi

closing "$what in $((SECONDS - begin)) s" "$work/tally.*" "$work/told.*"
rc=$?
[ -z "$outer" ] || cat "$work"/tally.* >>"$outer"
[ -z "$outer_told" ] || cat "$work"/told.* >>"$outer_told"
exit $rc
