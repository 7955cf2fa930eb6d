#!/bin/sh
# Every script of ours is one that node or bash can read.
bad=0
for f in $(git ls-files -- '*.mjs' 'static/*.js'); do
	node --check "$f" || bad=1
done
for f in $(git ls-files -- '*.sh') .ci/run; do
	bash -n "$f" || bad=1
done
exit $bad
