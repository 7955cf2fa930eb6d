#!/bin/bash
# run-tests.sh [-j N[-M]] PROGRAM... - runs test programs, each alone in a fresh
# folder and with an address of its own, and closes with "N passed, N failed".
# N at once (2), and more, up to M, while the processors have nothing to do.
#
# A test program prints TAP ("ok 1 - name", "not ok 2 - name"). What it is:
#   *.mjs              node
#   */fuzz_NAME        a replayer: gets tests/fuzz/corpus/NAME
#   anything else      is executed; cmocka programs are asked for TAP
# Environment for each: RT_TEST_ADDR (a locked 127.1.x.y), RT_TEST_DIR (a fresh
# folder with a short path, removed afterwards), RT_BUILD (build/<variant>).
# RT_TEST_TIMEOUT_S (120) bounds each program; RT_TEST_KEEP=1 keeps the folders;
# RT_TEST_WRAP=valgrind runs the C programs under it. RT_TEST_AGAIN=N: when no
# more than N programs failed, they are run a second time, one after another;
# which passed then is said, never silently (docs/decisions/0145); those whose
# path begins with RT_TEST_ONCE are not. What failed, or did the first time, is
# told in few words in the file RT_TEST_TOLD, and so is what cannot be tried on this
# machine ("ok 1 - name # SKIP why"), which is no test that passed. What each
# program took, and each of its tests that took a second, is added to the file
# RT_TEST_TIMES (dev/times.sh reads it). RT_TEST_STAT stands in for /proc/stat.
#
# Each process here ends when the one that started it does, however that ended;
# what even so stays behind, the next run clears away (dev/scratch.sh).
set -u
cd "$(dirname "$0")/.." || exit 1
jobs=2
if [ "${1:-}" = -j ]; then
	jobs=$2
	shift 2
fi
most=${jobs#*-} jobs=${jobs%-*}
# Debian keeps mariadbd where an ordinary user's PATH does not look.
export PATH=$PATH:/usr/sbin:/sbin
export RT_BUILD=${RT_BUILD:-$PWD/build/${V:-debug}}
run=$(dev/scratch.sh new rtr $$) || exit 1
chmod 711 "$run" # tests let other users into their own folder
results=$run/out
locks=${TMPDIR:-/tmp}/ringtrace-test-locks-$(id -u)
mkdir -p "$results" "$locks"
mkdir -m 1777 "$run/t" # what tests put into /tmp ends with the run
[ "${RT_TEST_KEEP:-}" != 1 ] || touch "$run/.kept"

run_one() {
	local prog=$1 run=$2 locks=$3 results=$2/out name out dir rc addr fd
	name=$(printf '%s' "$prog" | tr '/' '_')
	out=$results/$name.tap
	dir=$(mktemp -d "$run/XXXX") # sockets in it have 107 bytes in all
	# An address is ours while we hold the lock on its file; the file has to
	# be there still, or another one may stand in its place.
	while :; do
		addr=127.1.$((RANDOM % 254 + 1)).$((RANDOM % 254 + 1))
		exec {fd}>"$locks/$addr"
		flock -n "$fd" && [ "$locks/$addr" -ef "/proc/self/fd/$fd" ] && break
		exec {fd}>&-
	done
	export TMPDIR=$run/t RT_TEST_ADDR=$addr RT_TEST_DIR=$dir CMOCKA_MESSAGE_OUTPUT=TAP
	export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}
	export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
	local limit=${RT_TEST_TIMEOUT_S:-120} start=$SECONDS times=${RT_TEST_TIMES:-}
	unset RT_TEST_TIMES # a test of this runner has others
	case $prog in
	*.mjs) set -- node --test-reporter=tap "$prog" ;;
	*/fuzz_*) set -- "$prog" "tests/fuzz/corpus/${prog##*/fuzz_}" ;;
	*) set -- "$prog" ;;
	esac
	if [ "${RT_TEST_WRAP:-}" = valgrind ] && [ "$1" = "$prog" ]; then
		set -- valgrind -q --error-exitcode=99 --leak-check=full \
			--errors-for-leak-kinds=definite,indirect \
			--suppressions=tests/valgrind.supp "$@"
	fi
	# What it took of processors, and all it started and waited for.
	local TIMEFORMAT='%U %S'
	{ time $tied timeout --kill-after=10 "$limit" $tied "$@" >"$out" 2>"$out.err" {fd}>&- </dev/null; } 2>"$out.cpu"
	local rc=$?
	if [ $rc -ne 0 ] && ! grep -q '^not ok' "$out"; then
		[ $rc -eq 124 ] && echo "not ok 9999 - $prog: no end within $limit s" >>"$out" ||
			echo "not ok 9999 - $prog: exit status $rc" >>"$out"
	elif ! grep -qE '^(not )?ok' "$out"; then
		echo "not ok 9999 - $prog: ran no test" >>"$out"
	fi
	if grep -q '^not ok' "$out"; then
		printf '%s\0' "$prog" >>"$run/failed"
		{
			awk -v file="$prog" -f dev/failed.awk "$out"
			# cmocka has the message itself on standard error.
			sed -n 's/^ERROR: /    /p' "$out.err" | head -n 3 | cut -c1-154
			[ $rc -ne 0 ] && grep -q '^not ok 9999' "$out" && grep -v '^ *$' "$out.err" | tail -n 3 | sed 's/^/    /' | cut -c1-154
		} >"$out.told"
		echo "--- $prog" >>"$out.bad"
		grep -v '^ok' "$out" | tail -n 80 >>"$out.bad"
		tail -n 80 "$out.err" >>"$out.bad"
		cat "$out.bad"
	else
		printf '%-52s %4d ok %4d s, %3.0f s of a processor\n' "$prog" "$(grep -c '^ok' "$out")" $((SECONDS - start)) "$(awk '{ print $1 + $2 }' "$out.cpu")"
	fi
	sed -n "s|^ *ok [0-9]* - \(.*\) # SKIP \(.*\)|not run: $prog: \1: \2|p" "$out" >"$out.skipped"
	[ -z "$times" ] || awk -v file="$prog" -v wall="$((SECONDS - start))" -f dev/times.awk "$out.cpu" "$out" >>"$times"
	: >"$out.end"
	[ "${RT_TEST_KEEP:-}" = 1 ] || rm -rf "$dir"
	rm -f "$locks/$addr"
	exec {fd}>&-
}
export -f run_one
# In the background the shell has them ignore Ctrl-C, which some tests send.
export tied='env --default-signal=INT,QUIT setpriv --pdeathsig TERM'
run_all() { # JOBS AT-MOST LIST: the programs that the file LIST names
	$tied xargs -0 -P "$1" -I{} $tied bash -c 'run_one "$@"' _ {} "$run" "$locks" <"$3" &
	all=$!
	# Told to end in the middle: everything below ends with xargs.
	trap 'kill $all; dev/scratch.sh end "$run"; exit 130' INT TERM HUP
	[ "$1" -eq "$2" ] || keep_busy "$all" "$1" "$2" &
	wait "$all"
	cut_off "$3"
}
# Most programs wait for most of their time, each as it likes: one more begins
# when a third of the processors was idle, or at low priority, for two seconds,
# one less after five seconds in which they were full. xargs takes signals for it.
keep_busy() { # PID AT-LEAST AT-MOST
	local now=$2 free all was_free=0 was_all=0 idle=0 full=0 share user nice system rest
	while sleep 1 && kill -0 "$1"; do
		read -r _ user nice system free rest <"${RT_TEST_STAT:-/proc/stat}"
		all=$((user + nice + system + free + ${rest// / + })) free=$((free + nice))
		share=$((100 * (free - was_free) / (all - was_all + 1)))
		was_all=$all was_free=$free
		[ $share -ge 33 ] && idle=$((idle + 1)) || idle=0
		[ $share -le 5 ] && full=$((full + 1)) || full=0
		[ "$(cat "/proc/$1/comm")" = xargs ] || continue # it would end by them
		if [ $idle -ge 2 ] && [ $now -lt "$3" ]; then
			kill -USR1 "$1" && now=$((now + 1)) idle=0
		elif [ $full -ge 5 ] && [ $now -gt "$2" ]; then
			kill -USR2 "$1" && now=$((now - 1)) full=0
		fi
	done 2>/dev/null
}
# When one of its shells is killed, xargs begins nothing more: who has no end
# has failed.
cut_off() {
	local prog name
	while IFS= read -r -d '' prog; do
		name=$(printf '%s' "$prog" | tr '/' '_')
		[ ! -e "$results/$name.tap.end" ] || continue
		echo "not ok 9999 - $prog: not run to its end" | tee -a "$results/$name.tap"
		echo "$prog: not run to its end" >>"$results/$name.tap.told"
		printf '%s\0' "$prog" >>"$run/failed"
	done <"$1"
}
# What failed once is tried alone: luck of a loaded machine, or not.
run_again() {
	local first=$run/first prog name
	mkdir "$first"
	mv "$run/again" "$run/once"
	while IFS= read -r -d '' prog; do
		name=$(printf '%s' "$prog" | tr '/' '_')
		mv "$results/$name".tap* "$first"
	done <"$run/once"
	echo "once more, alone:"
	run_all 1 1 "$run/once"
	while IFS= read -r -d '' prog; do
		name=$(printf '%s' "$prog" | tr '/' '_')
		[ ! -e "$results/$name.tap.told" ] || continue
		{
			echo "passed on the second run: $prog; at first:"
			sed 's/^/    /' "$first/$name.tap.told"
		} | tee -a "$run/lucky"
	done <"$run/once"
}
printf '%s\0' "$@" >"$run/list"
: >"$run/failed"
run_all "$jobs" "$most" "$run/list"
grep -zv "^${RT_TEST_ONCE:-//}" "$run/failed" >"$run/again"
bad=$(tr -cd '\0' <"$run/again" | wc -c)
[ "$bad" -eq 0 ] || [ "$bad" -gt "${RT_TEST_AGAIN:-0}" ] || run_again
[ -z "${RT_TEST_TOLD:-}" ] || cat "$results"/*.told "$run/lucky" "$results"/*.skipped >>"$RT_TEST_TOLD" 2>/dev/null
passed=$(cat "$results"/*.tap 2>/dev/null | grep -v '# SKIP' | grep -c '^ok')
failed=$(cat "$results"/*.tap 2>/dev/null | grep -c '^not ok')
if [ $# -eq 0 ] || [ $((passed + failed)) -eq 0 ]; then
	failed=$((failed + 1))
	echo "no test ran"
fi
# Other steps of one `make test` add up in this file.
[ -n "${RT_TEST_TALLY:-}" ] && echo "$passed $failed" >>"$RT_TEST_TALLY"
echo "$passed passed, $failed failed"
[ "${RT_TEST_KEEP:-}" = 1 ] && echo "kept: $run" || rm -rf "$run"
[ "$failed" -eq 0 ]
