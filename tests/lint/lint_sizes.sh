#!/bin/sh
# lint_sizes.sh - a file past 600 lines holds a second concept, a function past
# 60 a second function (docs/STYLE.md, section 2). A test's function also holds
# its table of cases: 90. Left out: the table of places, which is data alone.
files=$(git ls-files -- '*.c' '*.h' '*.cc' '*.mjs' '*.js' '*.jsx' '*.css' '*.sh' '*.awk' |
	grep -v -E '^(static/vendor/|lib/core/geo_table\.c$)')
# shellcheck disable=SC2086 # names without spaces
awk '
function over(at, what, n, most) {
	if (n <= most)
		return
	print name ":" at ": " what " of " n " lines, limit " most
	bad = 1
}
function ended() {
	if (name != "")
		over(1, "a file", lines, 600)
}
FNR == 1 { ended(); name = FILENAME; start = 0 }
{ lines = FNR }
/^\{$/ { start = FNR }
/^\}$/ && start {
	if (FILENAME ~ /\.cc?$/)
		over(start, "a function", FNR - start - 1, FILENAME ~ /^(tests|bench)\// ? 90 : 60)
	start = 0
}
END { ended(); exit bad }' $files
