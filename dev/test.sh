#!/bin/bash
# test.sh check|test|long - runs the kinds of tests one after another and closes
# with one line "N passed, N failed" over all of them (make check, make test,
# make test-long). A step that cannot even begin counts as one failure.
set -u
cd "$(dirname "$0")/.." || exit 1
what=${1:-test}
jobs=$(nproc)
if [ "$what" = behind ]; then
	work=$RT_TEST_WORK # of the run it belongs to
else
	work=$(dev/scratch.sh new rtsum $$) || exit 1
	trap 'rm -rf "$work"' EXIT
fi
# What a step runs ends with us, however we end.
tied='setpriv --pdeathsig TERM'
begin=$SECONDS

# step NAME COMMAND...: the command writes its counts and what failed into files
# of the step's own; when it fails without having counted a failure, the step is one.
step() {
	local name=$1 rc start=$SECONDS
	export RT_TEST_TALLY="$work/tally.$1" RT_TEST_TOLD="$work/told.$1"
	shift
	: >"$RT_TEST_TALLY"
	: >"$RT_TEST_TOLD"
	printf '\n== %s\n' "$name"
	"$@"
	rc=$?
	if [ $rc -ne 0 ] && ! grep -q ' [1-9][0-9]*$' "$RT_TEST_TALLY"; then
		echo "$name: failed beside its tests (status $rc)" | tee -a "$RT_TEST_TOLD"
		echo "0 1" >>"$RT_TEST_TALLY"
	fi
	printf '== %s: %d s\n' "$name" $((SECONDS - start))
}
# Steps that compute, behind steps that wait: a call takes as long as people talk,
# whatever the processor does meanwhile. They get what time is left over, and
# are told when they have ended.
behind() {
	RT_TEST_WORK=$work $tied nice -n 10 dev/test.sh behind >"$work/behind" 2>&1 &
	other=$!
}
joined() {
	wait "$other" || {
		echo "0 1" >"$work/tally.behind"
		echo "what ran behind was cut off" >"$work/told.behind"
	}
	cat "$work/behind"
}
quiet_make() {
	$tied make --no-print-directory "-j$jobs" "$@" >"$work/make.$$" 2>&1 && return
	tail -n 40 "$work/make.$$"
	return 1
}
lint() {
	local rc
	quiet_make all tests || return 1
	$tied make -s lint >"$work/lint"
	rc=$?
	cat "$work/lint"
	awk -v file=lint -f dev/failed.awk "$work/lint" >>"$RT_TEST_TOLD"
	echo "$(grep -c '^ok' "$work/lint") $(grep -c '^not ok' "$work/lint")" >>"$RT_TEST_TALLY"
	return $rc
}
unit() { # variant
	quiet_make "V=$1" all tests fuzzers && $tied make -s "V=$1" unit
}
# Test programs of some folders, the longest first, so that none is left alone at
# the end: those of dev/slow.txt, then by their size. Most of them wait: a call
# takes as long as people talk, and costs a twentieth of a processor meanwhile;
# drills and whole products wait for what they killed, and cost a third of one;
# pages wait for what might still come, and cost two thirds.
long_first() { # folder...
	local kind all=
	for kind; do all+=$(grep "^tests/$kind/" dev/slow.txt)$'\n'; done
	for kind; do all+=$(ls -S tests/"$kind"/*.test.mjs)$'\n' || return 1; done
	awk 'NF && !seen[$0]++' <<<"$all"
}
node_tests() { # folder...
	local list at_once=$jobs
	case $1 in
	sip | drill) at_once=$((jobs * 3)) ;;
	web | browser) at_once=$((jobs + 1)) ;;
	esac
	list=$(long_first "$@") || return 1
	# A drill looks for what happens now and then: once is too often.
	RT_BUILD=$PWD/build/debug RT_TEST_AGAIN=2 RT_TEST_ONCE=tests/drill/ RT_TEST_TIMEOUT_S=${RT_TEST_TIMEOUT_S:-300} $tied dev/run-tests.sh -j "$at_once" $list
}
c_tests() { # folder target
	ls tests/"$1"/test_*.c >/dev/null || return 1
	$tied make -s "$2"
}
# The pages over many calls, in a debug build: four times what they must take.
# The calls may have been made before.
make_calls() { # sizes
	quiet_make all static build/debug/bench/bench_reports &&
		RT_BUILD=$PWD/build/debug RT_BENCH_CALLS=$1 RT_BENCH_KEEP=$work/calls RT_BENCH_FILL=1 $tied node bench/reports.mjs
}
reports() { # sizes
	quiet_make all static build/debug/bench/bench_reports || return 1
	local rc
	RT_BUILD=$PWD/build/debug RT_BENCH_CALLS=$1 RT_BENCH_KEEP=$work/calls RT_BENCH_REPEAT=10 RT_BENCH_JUDGE=4 $tied node bench/reports.mjs 2>"$work/missed"
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
if [ "$what" = behind ]; then
	san
	step "100,000 and 1,000,000 calls are made" make_calls 100000,1000000
	exit 0
fi
step "lint" lint
step "unit tests and fuzz corpora, gcc" unit debug
if [ "$what" = check ]; then
	san
else
	step "static files" quiet_make static
	behind
	step "database" c_tests db test-db
	step "simulated calls" c_tests sim test-sim
	step "sip" node_tests sip
	step "web" node_tests web
	joined
	step "browser" node_tests browser
	step "drill, e2e" node_tests drill e2e
	step "reports over 100,000 and 1,000,000 calls" reports 100000,1000000
	rm -rf "$work/calls"
fi
if [ "$what" = long ]; then
	export RT_TEST_LONG=1 RT_TEST_TIMEOUT_S=3600
	step "clang-tidy, cppcheck, -fanalyzer" $tied make -s tidy
	step "valgrind" $tied make -s valgrind
	step "memory sanitizer" unit msan
	step "tests of the release build" unit release
	step "simulated calls, many" c_tests sim test-sim
	step "drills, long" node_tests drill
	step "reports over 1,000,000 and 10,000,000 calls" reports 1000000,10000000
	step "coverage floors" $tied make -s coverage
fi

# The last lines are all that some logs show: what failed stands there.
mkdir -p build
cat "$work"/told.* >build/failed.txt
if [ -s build/failed.txt ]; then
	printf '\nfailed, or only passed on the second run (build/failed.txt):\n'
	head -n 16 build/failed.txt
	[ "$(wc -l <build/failed.txt)" -le 16 ] || echo '...'
fi
read -r passed failed < <(cat "$work"/tally.* | awk '{ p += $1; f += $2 } END { print p + 0, f + 0 }')
printf '\n%s in %d s\n' "$what" $((SECONDS - begin))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
