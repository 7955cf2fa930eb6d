#!/bin/sh
# What a module exports somebody else uses: another module, a test or a bench.
# Everything else is static, or gone. Reads the debug variant's objects.
bad=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
for object in $(find build/debug/o -name '*.o' -not -path '*/tests/*' -not -path '*/bench/*'); do
	source=${object#build/debug/o/}
	source=${source%.o}
	[ -e "$source.c" ] || [ -e "$source.cc" ] || continue # its file is gone
	printf '%s\n' "$object"
done | xargs nm -A -g >"$work/symbols"
awk '$(NF - 1) == "U" { print $NF }' "$work/symbols" | sort -u >"$work/used"
git ls-files -- 'tests/*.[ch]' 'bench/*.[ch]' | xargs grep -h -o -E '[a-z][a-z0-9]*_[a-z0-9_]+' |
	sort -u >"$work/tested"
for name in $(awk '$(NF - 1) ~ /^[TDBR]$/ { print $NF }' "$work/symbols" |
	grep -v -E '^(_Z|__|DW\.|main$)' | sort -u | comm -23 - "$work/used" | comm -23 - "$work/tested"); do
	git grep -n -w -F "$name" -- '*.h' || echo "$name"
	bad=1
done
exit $bad
