#!/bin/sh
# symbols.sh BUILD - every symbol a module exports begins with the module's
# name (docs/STYLE.md 2). Reads the object files, so a missing "static" is found.
build=$1
bad=0
for o in $(find "$build" -name '*.o' -not -path '*/tests/*' -not -path '*/bench/*' | sort); do
	mod=$(basename "$o" .o)
	for s in $(nm --defined-only -g "$o" | awk '$2 ~ /[TDBRV]/ { print $3 }'); do
		case $s in
		main | "$mod" | "$mod"_*) ;;
		_Z* | __* | DW.*) ;; # C++ and instrumentation
		*)
			echo "$o exports $s, not ${mod}_*"
			bad=1
			;;
		esac
	done
done
exit $bad
