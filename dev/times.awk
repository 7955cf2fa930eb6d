# times.awk - what one test program took, for RT_TEST_TIMES of dev/run-tests.sh:
# a line "wall cpu FILE", then one "wall - FILE: test" for each of its tests that
# says how long it took (node's do).
FNR == NR { cpu = $1 + $2; printf "%.1f %.1f %s\n", wall, cpu, file; next }
/^ *(not )?ok [0-9]+ - / { name = $0; sub(/^ *(not )?ok [0-9]+ - /, "", name) }
/^ *duration_ms: / && name != "" {
	if ($2 >= 1000)
		printf "%.1f - %s: %s\n", $2 / 1000, file, name
	name = ""
}
