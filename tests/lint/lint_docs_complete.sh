#!/bin/sh
# What docs/ lists is what there is: every table has its row in DATA.md, every
# setting its row in SETTINGS.md, once, and neither names what is gone; a
# decision's number is used once, and in its title, and it stands in the index; no line of the change log stands there twice;
# every drill has its part of `make test-long`.
bad=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
same() { # what
	diff "$work/is" "$work/said" >"$work/diff" && return
	echo "$1 ('<': not said, '>': said without being there, or twice)"
	grep '^[<>]' "$work/diff"
	bad=1
}
{
	echo schema_migration # migrate makes it
	# In the order of the files; one may be dropped and made anew.
	sed -n -E 's/^CREATE TABLE (IF NOT EXISTS )?([a-z_0-9]+).*/+\2/p; s/^DROP TABLE IF EXISTS ([a-z_0-9]*);.*/-\1/p' sql/*.sql |
		awk '{ is[substr($0, 2)] = /^[+]/ } END { for (t in is) if (is[t]) print t }'
} | sort -u >"$work/is"
grep -E '^\| [a-z_]' docs/DATA.md | grep -v '^| table |' | cut -d'|' -f2 | tr ',' '\n' |
	tr -d ' ' | sort >"$work/said"
same 'docs/DATA.md, tables'
grep -o -E '(TEXT|TEXT_THAT|NUMBER)\([a-z_]+' lib/base/settings.c | sed 's/.*(//' | grep -v '^key$' |
	sort >"$work/is"
grep -o -E '^\| `[a-z_]+`' docs/SETTINGS.md | tr -d '|` ' | sort >"$work/said"
same 'docs/SETTINGS.md, settings'
ls docs/decisions | grep '^[0-9]' | cut -c1-4 | sort | uniq -d | grep . && echo 'docs/decisions: a number twice' && bad=1
for f in docs/decisions/[0-9]*.md; do
	number=$(basename "$f" | cut -c1-4)
	head -n 1 "$f" | grep -q "^# $number: " || { echo "$f: no title \"# $number: ...\"" && bad=1; }
	head -n 1 "$f" | sed "s|^# $number: |- [$number]($(basename "$f")): |"
done >"$work/is"
grep -v '^- ' "$work/is" && bad=1
grep '^- ' docs/decisions/README.md >"$work/said"
same 'docs/decisions/README.md, a line each, in order'
grep '^- ' CHANGELOG.md | sort | uniq -d | grep . && echo 'CHANGELOG.md: a line twice' && bad=1
ls tests/drill/*.test.mjs | sed 's|.*/||; s|\.test\.mjs||; s|_|-|g' | sort >"$work/is"
grep -o -E 'make -s drill-[a-z-]+' dev/long.parts | sed 's/.*drill-//' | sort -u >"$work/said"
same 'dev/long.parts, drills'
exit $bad
