#!/bin/bash
# tsan.sh TEST... - runs whole products of the variant tsan, and counts one failure
# for each race that a program of theirs was seen at. Its web programs write what
# they see into files; the call worker's processes have given up the files, and
# end by it, which their tests notice.
set -u
cd "$(dirname "$0")/.." || exit 1
seen=$(dev/scratch.sh new rttsan $$) || exit 1
trap 'rm -rf "$seen"' EXIT
chmod 1777 "$seen" # they have become other users
RT_BUILD=$PWD/build/tsan TSAN_OPTIONS="log_path=$seen/race" RT_TEST_TIMEOUT_S=${RT_TEST_TIMEOUT_S:-1800} dev/run-tests.sh "$@"
rc=$?
for race in "$seen"/race.*; do
	[ -e "$race" ] || continue
	cat "$race"
	sed -n "s|$PWD/||; s/^SUMMARY: //p" "$race" | cut -c1-150 >>"${RT_TEST_TOLD:-/dev/null}"
	# A process that was killed amid what it wrote has no summary, and one race.
	races=$(grep -c '^SUMMARY: ' "$race")
	echo "0 $((races > 0 ? races : 1))" >>"${RT_TEST_TALLY:-/dev/null}"
	rc=1
done
exit $rc
