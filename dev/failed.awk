# failed.awk -v file=NAME - out of the TAP on standard input, what failed, in few
# words: "NAME: test", and below it where and the first lines of the message.
# A test that only failed because one within it did is left out.
function show() {
	if (test == "" || cause == "subtest") return
	printf "%s: %s%s\n", file, test, where
	for (i = 1; i <= said; i++) printf "    %s\n", substr(line[i], 1, 150)
}
function begin(name) { test = name; where = cause = ""; said = within = differs = 0 }
/^ *not ok/ {
	show()
	sub(/^ *not ok [0-9]+( - )?/, "")
	begin($0)
	next
}
/^ *ok [0-9]/ || /^1\.\.[0-9]/ { show(); begin(""); next }
test == "" { next }
/^ *location: / {
	n = split($0, part, ":")
	if (n > 2) where = " (line " part[n - 1] ")"
	next
}
/^ *failureType: 'subtestsFailed'/ { cause = "subtest" }
/^ *error: \|-?$/ { match($0, /^ */); within = RLENGTH + 1; next }
/^ *error: / { sub(/^ *error: /, ""); line[++said] = $0; next }
within {
	match($0, /^ */)
	if (RLENGTH < within) within = 0
	else if (/^ *\+ actual - expected/) differs = 1
	else if (said < 3 && $0 !~ /^ *$/) {
		sub(/^ */, "")
		if (!differs || /^[+-]/) line[++said] = $0
	}
}
# cmocka says it in comments.
/^ *#/ && said < 3 && $0 !~ /^ *# Subtest/ { sub(/^ *# */, ""); line[++said] = $0 }
END { show() }
