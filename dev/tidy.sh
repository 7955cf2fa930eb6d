#!/bin/bash
# tidy.sh FILE.c... - clang-tidy, cppcheck and gcc -fanalyzer, quiet when there
# is nothing to say. Slow: `make test-long` and by hand.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0
inc="-I. $(pkg-config --cflags libmariadb)"
checks='-*,bugprone-*,clang-analyzer-*,cert-*,-bugprone-easily-swappable-parameters'
checks+=',-bugprone-assignment-in-if-condition,-bugprone-reserved-identifier'
checks+=',-cert-dcl37-c,-cert-dcl51-cpp,-cert-err33-c'
# The compilers' -Wconversion says these better, or clang 14 says them of
# every va_list, constant and prefix.
checks+=',-bugprone-narrowing-conversions,-bugprone-integer-division'
checks+=',-bugprone-implicit-widening-of-multiplication-result'
checks+=',-bugprone-not-null-terminated-result,-clang-analyzer-valist.Uninitialized'
checks+=',-bugprone-macro-parentheses'
checks+=',-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling'
# Arrays of pointers are meant; a table's padding is nothing to us.
checks+=',-bugprone-sizeof-expression,-clang-analyzer-optin.performance.Padding'
# xargs puts the files at the end, clang-tidy wants them before its `--`.
export checks inc
printf '%s\0' "$@" | xargs -0 -P "$(nproc)" -n 4 sh -c \
	'clang-tidy --quiet --warnings-as-errors="*" "--checks=$checks" "$@" -- -std=c11 -D_GNU_SOURCE $inc 2>/dev/null' \
	tidy || bad=1
# cppcheck 2.10 takes a member that a function fills for uninitialised (valgrind
# and the memory sanitizer know), and stumbles over compound literals.
cppcheck --quiet --std=c11 --enable=warning,portability,performance --inline-suppr --error-exitcode=1 \
	--suppress=uninitvar --suppress=internalAstError --suppress=zerodivcond \
	--suppress=missingIncludeSystem --suppress=nullPointerRedundantCheck -D_GNU_SOURCE -I. -j "$(nproc)" "$@" || bad=1
analyse() {
	local lost=
	case $1 in
	# Kept in a slot of an array or for the caller: gcc 12 loses sight.
	sipworker/store/open_calls.c | cgi/dni/dni_pool_change.c | cgi/dni/dni_writer.c) lost=-Wno-analyzer-malloc-leak ;;
	# ... and of what a function in another file has put at its last pointer.
	cgi/dni/dni_keeper.c) lost='-Wno-analyzer-malloc-leak -Wno-analyzer-use-of-uninitialized-value' ;;
	esac
	gcc -std=c11 -D_GNU_SOURCE $inc -O1 -fanalyzer $lost -Werror -c -o /dev/null "$1"
}
export -f analyse
printf '%s\0' "$@" | xargs -0 -P "$(nproc)" -I{} bash -c 'analyse "$1"' _ {} || bad=1
exit $bad
