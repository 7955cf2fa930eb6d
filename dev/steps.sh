# steps.sh - what dev/test.sh and dev/parts.sh have in common; to be sourced.
#
# A step writes how many tests passed and failed into the file RT_TEST_TALLY
# ("passed failed", a line each time), and into RT_TEST_TOLD what failed, in few
# words (dev/run-tests.sh).

# What a step runs ends with us, however we end.
tied='setpriv --pdeathsig TERM'

# ran NAME COMMAND...: a command that fails without having counted a failure is
# one.
ran() {
	local name=$1 rc
	shift
	: >"$RT_TEST_TALLY"
	: >"$RT_TEST_TOLD"
	"$@"
	rc=$?
	if [ $rc -ne 0 ] && ! grep -q ' [1-9][0-9]*$' "$RT_TEST_TALLY"; then
		echo "$name: failed beside its tests (status $rc)" | tee -a "$RT_TEST_TOLD"
		echo "0 1" >>"$RT_TEST_TALLY"
	fi
}
quiet_make() {
	local log
	mkdir -p build
	log=$(mktemp build/make.XXXXXX)
	if $tied make --no-print-directory "-j$(nproc)" "$@" >"$log" 2>&1; then
		rm -f "$log"
		return
	fi
	tail -n 40 "$log"
	rm -f "$log"
	return 1
}
# closing WHAT TALLIES TOLD: the last lines, which are all that some logs show.
closing() {
	local passed failed
	mkdir -p build
	cat $3 >build/failed.txt
	if [ -s build/failed.txt ]; then
		printf '\nfailed, only passed on the second run, or not run (build/failed.txt):\n'
		head -n 16 build/failed.txt
		[ "$(wc -l <build/failed.txt)" -le 16 ] || echo '...'
	fi
	read -r passed failed < <(cat $2 | awk '{ p += $1; f += $2 } END { print p + 0, f + 0 }')
	printf '\n%s\n%s passed, %s failed\n' "$1" "$passed" "$failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
