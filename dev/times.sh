#!/bin/bash
# times.sh [FILE] - where the time of the last `make test` went (build/times.txt,
# or what RT_TEST_TIMES of dev/run-tests.sh named): for each folder its programs,
# the seconds they took one by one, those of processors, and what is left, which
# they waited, for others or for time to pass; then the twenty longest programs and
# the twenty longest tests in them.
set -eu
cd "$(dirname "$0")/.."
file=${1:-build/times.txt}
[ -s "$file" ] || {
	echo "times: nothing in $file: run make test first" >&2
	exit 1
}
awk '$2 != "-" {
	folder = $3
	sub(/\/[^\/]*$/, "", folder)
	n[folder]++; wall[folder] += $1; cpu[folder] += $2
}
END {
	for (f in n)
		printf "%8.0f s %6.0f s of a processor %6.0f s waited  %3d in %s\n", wall[f], cpu[f], wall[f] - cpu[f], n[f], f
}' "$file" | sort -rn
printf '\nprograms:\n'
awk '$2 != "-"' "$file" | sort -rn | awk 'NR <= 20 { printf "%8.1f s %6.1f s of a processor  %s\n", $1, $2, $3 }'
printf '\ntests:\n'
awk '$2 == "-"' "$file" | sort -rn | awk 'NR <= 20 { t = $1; $1 = $2 = ""; printf "%8.1f s %s\n", t, $0 }'
