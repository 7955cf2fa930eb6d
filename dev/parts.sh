#!/bin/bash
# parts.sh SET            - runs the parts of dev/SET.parts that have not passed
#                           with these sources yet, then closes with the sum: who
#                           was cut off goes on where he was
# parts.sh SET begin      - forgets what they came to
# parts.sh SET part NAME… - runs these now, whatever they came to before
# parts.sh SET list       - every part and what it came to
# parts.sh SET sum        - closes with "N passed, N failed" over all of them; one
#                           that was not run has failed, one that was run with
#                           other sources is named
#
# A line of dev/SET.parts is a name and a command of the shell, which finds
# quiet_make (dev/steps.sh). What `begin` names is run when all begins anew.
set -u
cd "$(dirname "$0")/.." || exit 1
. dev/steps.sh
export tied
export -f quiet_make
name=${1:-}
table=dev/$name.parts
outer=${RT_TEST_TALLY:-} outer_told=${RT_TEST_TOLD:-} # a part of other parts
kept=build/parts/$name
began=$SECONDS
# A part that ends in good order at Ctrl-C has not come to anything.
trap 'exit 130' INT

usage() {
	sed -n 's/^# *//; 2,11p' "$0" >&2
	echo "there are: $(ls dev/*.parts | sed 's|dev/||; s|\.parts||' | tr '\n' ' ')" >&2
	exit 2
}
names() { sed -n 's/^\([a-z][a-z0-9-]*\)  *[^ ].*/\1/p' "$table"; }
command_of() { sed -n "s/^$1  *//p" "$table"; }
# What was tried: the commit, and what lies in the folder besides.
sources() {
	export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$PWD
	local sum
	sum=$({
		git diff HEAD
		git ls-files -o --exclude-standard -z | xargs -0r cksum
	} 2>/dev/null | cksum | cut -d' ' -f1)
	echo "$(git rev-parse --short=12 HEAD 2>/dev/null || echo none)+$sum"
}
begin() {
	rm -rf "$kept"
	mkdir -p "$kept"
	[ -z "$(command_of begin)" ] || run begin
}
# Its result is written last: a part that was cut off has none.
run() { # NAME
	local at=$SECONDS now
	now=$(sources)
	rm -f "$kept/$1".*
	export RT_TEST_TALLY=$kept/$1.tally RT_TEST_TOLD=$kept/$1.told
	printf '\n== %s: %s\n' "$1" "$(command_of "$1")"
	ran "$1" $tied bash -c "$(command_of "$1")"
	# What only says whether it is well is one test.
	[ -s "$RT_TEST_TALLY" ] || echo "1 0" >"$RT_TEST_TALLY"
	echo "$now $((SECONDS - at))" >"$kept/$1.result"
	printf '== %s: %d s\n' "$1" $((SECONDS - at))
	passed "$1"
}
passed() { [ -e "$kept/$1.result" ] && ! grep -q ' [1-9][0-9]*$' "$kept/$1.tally"; }
list() {
	local part sum s
	for part in $(names); do
		if [ -e "$kept/$part.result" ]; then
			read -r sum s <"$kept/$part.result"
			awk -v n="$part" -v sum="$sum" -v s="$s" '{ p += $1; f += $2 } END { printf "%-20s %5d passed %3d failed %5d s  %s\n", n, p, f, s, sum }' "$kept/$part.tally"
		else
			printf '%-20s not run\n' "$part"
		fi
	done
}
sum() {
	local part now old=0 missing=0
	now=$(sources)
	list
	for part in $(names); do
		if [ ! -e "$kept/$part.result" ]; then
			echo "$part: not run" >"$kept/$part.told"
			echo "0 1" >"$kept/$part.tally"
		elif ! grep -q "^$now " "$kept/$part.result"; then
			old=$((old + 1))
		fi
	done
	[ $old -eq 0 ] || echo "$old of them with other sources than these ($now)"
	closing "$name in $((SECONDS - began)) s" "$kept/*.tally" "$kept/*.told"
	missing=$?
	[ -z "$outer" ] || cat "$kept"/*.tally >>"$outer"
	[ -z "$outer_told" ] || cat "$kept"/*.told >>"$outer_told"
	return $missing
}

[ -n "$name" ] && [ -e "$table" ] || usage
mkdir -p "$kept"
case ${2:-} in
'')
	now=$(sources)
	for result in "$kept"/*.result; do
		[ ! -e "$result" ] || grep -q "^$now " "$result" || {
			echo "$name: the sources are others than before: all begins anew"
			rm -rf "$kept"
			break
		}
	done
	mkdir -p "$kept"
	for part in $(names); do passed "$part" || run "$part"; done
	sum
	;;
begin) begin ;;
part)
	[ $# -gt 2 ] || usage
	bad=0
	for part in "${@:3}"; do
		[ -n "$(command_of "$part")" ] || usage
		run "$part" || bad=1
	done
	exit $bad
	;;
list) list ;;
sum) sum ;;
*) usage ;;
esac
