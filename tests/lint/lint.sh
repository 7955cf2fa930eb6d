#!/bin/sh
# lint.sh FILE... - the checks that read sources and objects; TAP on stdout.
# Run from the top folder; the debug variant must be built.
# A clone may be somebody else's (root looks at a user's): git would refuse.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0="$PWD"
n=0
check() { # name command...
	name=$1
	shift
	n=$((n + 1))
	if out=$("$@" 2>&1); then
		echo "ok $n - lint: $name"
	else
		echo "not ok $n - lint: $name"
		printf '%s\n' "$out" | head -n 40 | sed 's/^/# /'
		bad=1
	fi
}
headers_alone() {
	for h in "$@"; do
		case $h in
		tests/* | bench/*) ;;
		*.h) printf '%s\n' "$h" ;;
		esac
	done | xargs -P 2 -n 40 gcc -std=c11 -D_GNU_SOURCE -I. -Wall -x c \
		-fsyntax-only $(pkg-config --cflags libmariadb)
}
mkdir -p build
bad=0
check "format" clang-format --dry-run -Werror "$@"
check "rooms" awk -f tests/lint/rooms.awk tests/lint/rooms.txt "$@"
check "banned calls" awk -f tests/lint/banned.awk "$@"
check "exported symbols" tests/lint/symbols.sh build/debug/o
check "headers compile alone" headers_alone "$@"
for extra in tests/lint/lint_*.sh; do
	[ -e "$extra" ] || continue
	check "$(basename "$extra" .sh | sed 's/^lint_//; s/_/ /g')" "$extra"
done
echo "1..$n"
exit $bad
