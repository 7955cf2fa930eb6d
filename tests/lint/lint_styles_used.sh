#!/bin/sh
# lint_styles_used.sh - a class in a style sheet stands in a template, a script
# or a program; one that is put together there ("res-{{result}}", `has-${what}`)
# by its front. Left out: the classes of the canvas's library.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
git ls-files -- 'templates/*.html' 'static/*.html' 'static/*.js' 'static/*.jsx' 'static/*.mjs' 'cgi/*.c' |
	xargs cat >"$work/all"
grep -o -E '[a-zA-Z][a-zA-Z0-9_-]*' "$work/all" | sort -u >"$work/words"
grep -o -E '[a-z][a-z0-9-]*(\{\{|\$\{)' "$work/all" | tr -d '{$' | sort -u >"$work/fronts"
git ls-files -- 'static/*.css' | xargs cat | awk '
	{ gsub(/"[^"]*"|url\([^)]*\)/, "") }
	comment { if (!sub(/^.*\*\//, "")) next; comment = 0 }
	{ while (sub(/\/\*.*\*\//, "")); if (sub(/\/\*.*/, "")) comment = 1; print }' |
	grep -o -E '\.[a-zA-Z][a-zA-Z0-9_-]*' | tr -d . | sort -u |
	grep -v -E '^(react-flow|u-|connectingto$)' | comm -23 - "$work/words" |
	awk -v fronts="$work/fronts" '
	BEGIN { while ((getline f < fronts) > 0) front[f] = 1 }
	{
		for (f in front)
			if (index($0, f) == 1 && (f ~ /-$/ || substr($0, length(f) + 1) ~ /^[0-9]+$/))
				next
		print "no page has the class ." $0
		bad = 1
	}
	END { exit bad }'
