#!/bin/sh
# symbols.sh BUILD - every symbol a module exports begins with the module's
# name (docs/STYLE.md 2). Reads the object files, so a missing "static" is found.
# C++ names and those of instrumentation are left alone.
find "$1" -name '*.o' -not -path '*/tests/*' -not -path '*/bench/*' |
	sort | xargs nm -A --defined-only -g | awk '
	$2 !~ /^[TDBRV]$/ { next }
	{
		name = $3
		object = $1
		sub(/:.*/, "", object)
		module = object
		sub(/.*\//, "", module)
		sub(/\.o$/, "", module)
	}
	name == "main" || name == module || index(name, module "_") == 1 { next }
	name ~ /^(_Z|__|DW\.)/ { next }
	{ print object " exports " name ", not " module "_*"; bad = 1 }
	END { exit bad }'
