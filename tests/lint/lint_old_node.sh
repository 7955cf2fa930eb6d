#!/bin/sh
# Debian 12's Node is 18: what came later is not there, and only a machine that
# has no other says so. Scripts of pages run in a browser and may use it.
! git grep -nE -e '\.(toSorted|toReversed|toSpliced|getSetCookie|isWellFormed)\(' \
	-e '(Object\.groupBy|Array\.fromAsync|Promise\.withResolvers|AbortSignal\.any|globSync)\(' \
	-e 'import\.meta\.(dirname|filename)' -- 'tests/*.mjs' 'bench/*.mjs' 'dev/*.mjs'
