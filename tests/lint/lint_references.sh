#!/bin/sh
# A comment or text that names a Markdown file names one that exists: in the
# top folder, in docs/, or beside it.
bad=0
git ls-files -- '*.c' '*.h' '*.cc' '*.sh' '*.mjs' '*.js' '*.awk' '*.txt' '*.sql' '*.md' '*.in' Makefile |
	grep -v -E '^(static/vendor|tests/fuzz/corpus)/' >build/lint_files
for ref in $(xargs grep -h -o -E '[A-Za-z0-9_/.-]+\.md\b' <build/lint_files | sort -u); do
	name=${ref##*/}
	[ -e "$ref" ] || [ -e "docs/$name" ] || git ls-files -- "$name" "*/$name" | grep -q . || {
		xargs grep -n -F "$ref" <build/lint_files
		bad=1
	}
done
exit $bad
