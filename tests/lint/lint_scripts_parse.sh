#!/bin/sh
# Every script of ours is one that node or bash can read.
bad=0
git ls-files -z -- '*.mjs' 'static/*.js' |
	xargs -0 node --no-warnings --experimental-vm-modules tests/lint/parse.mjs || bad=1
for f in $(git ls-files -- '*.sh') .ci/run; do
	bash -n "$f" || bad=1
done
exit $bad
