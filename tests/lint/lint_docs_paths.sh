#!/bin/sh
# What the texts point at is there: relative links, files and folders of the
# tree in backquotes (those that the build makes may be missing), and `make`
# targets.
bad=0
list() { git ls-files -- '*.md'; }
for f in $(list); do
	for link in $(grep -o -E '\]\([^)# ]+' "$f" | sed 's/^](//' | grep -v : | sort -u); do
		[ -e "$(dirname "$f")/$link" ] || { echo "$f: a link to $link" && bad=1; }
	done
	for path in $(grep -o -E '`[a-z]+/[A-Za-z0-9_./-]*`' "$f" | tr -d '`' | sort -u); do
		git ls-files -- "${path%%/*}" | grep -q . || continue # build/, var/, /etc
		# A file, a folder, or a module of a room.
		set -- "$path"*
		[ -e "$1" ] || git check-ignore -q "$path" ||
			{ echo "$f: $path" && bad=1; }
	done
	for target in $(grep -o -E '`make [a-z][a-z-]*' "$f" | sed 's/.* //' | sort -u); do
		case $target in drill-*) target=drill ;; esac
		grep -q -E "^([a-z-]+ )*$target(-%)?( [a-z-]+)*:( |$)" Makefile ||
			{ echo "$f: make $target" && bad=1; }
	done
done
exit $bad
