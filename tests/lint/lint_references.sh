#!/bin/sh
# A comment or text that names a Markdown file names one that exists: in the
# top folder, in docs/, or beside it. A header or text that names a function as
# some_thing() names one that the code knows.
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
git ls-files -- '*.c' '*.cc' '*.js' '*.jsx' '*.mjs' | xargs grep -h -o -E '[a-z][a-z0-9_]+' |
	sort -u >build/lint_known
for name in $(git ls-files -- '*.h' 'docs/*.md' | xargs grep -h -o -E '\b[a-z][a-z0-9]*_[a-z0-9_]+\(\)' |
	tr -d '()' | sort -u | comm -23 - build/lint_known); do
	git grep -n -w -F "$name()" -- '*.h' 'docs/*.md'
	bad=1
done
exit $bad
