# rooms.awk - fails on an #include that the room of its file may not have.
# usage: awk -f rooms.awk rooms.txt FILE...
function dirname(p) { sub(/\/[^\/]*$/, "", p); return p }
function trim(s) { gsub(/^ +| +$/, "", s); return s }
FNR == 1 { nfile++ }
nfile == 1 {
	if ($0 ~ /^#/ || $0 == "") next
	n = split($0, f, "|")
	room = trim(f[1]); may[room] = " " trim(f[2]) " "; known[room] = 1
	m = split(trim(f[3]), v, " +")
	for (i = 1; i <= m; i++) owner[v[i]] = owner[v[i]] " " room " "
	next
}
FNR == 1 { room = dirname(FILENAME); free = room ~ /^(tests|bench)/ }
free { next }
/^[ \t]*#[ \t]*define[ \t]+(_GNU_SOURCE|_POSIX_C_SOURCE|NDEBUG)/ {
	print FILENAME ":" FNR ": the Makefile says the feature level"; bad = 1
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, q, "\""); inc = q[2]; target = dirname(inc)
	if (target == inc || !(target in known)) {
		print FILENAME ":" FNR ": include by full path: " inc; bad = 1; next
	}
	if (target == room) next
	top = target; sub(/\/.*/, "", top)
	if (index(may[room], " " target " ") == 0 &&
	    !(top != target && index(may[room], " " top " ") > 0)) {
		print FILENAME ":" FNR ": " room " may not include " inc; bad = 1
	}
}
/^[ \t]*#[ \t]*include[ \t]*</ {
	split($0, q, "[<>]"); inc = q[2]
	for (h in owner) {
		if (h == "") continue
		if (inc == h || (h ~ /\/$/ && index(inc, h) == 1)) {
			if (index(owner[h], " " room " ") == 0) {
				print FILENAME ":" FNR ": <" inc "> belongs to" owner[h]; bad = 1
			}
		}
	}
}
END { exit bad }
