# banned.awk - calls and habits that the house does not use (docs/STYLE.md).
function report(what) { print FILENAME ":" FNR ": " what; bad = 1 }
{ line = $0; gsub(/"([^"\\]|\\.)*"/, "\"\"", line); sub(/\/\/.*/, "", line) }
/\/\*/ { if ($0 !~ /\*\//) incomment = 1; sub(/\/\*.*/, "", line) }
incomment { if ($0 ~ /\*\//) incomment = 0; line = ""; }
line ~ /(^|[^a-zA-Z0-9_])(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|strtok|strtok_r|atoi|atol|atof|sscanf|fscanf|localtime|localtime_r|gmtime|system|popen|rand|srand|random|gets|alloca|setlocale)[ \t]*\(/ {
	report("banned call: " $0)
}
FILENAME !~ /^(ctl|jobs|tests)\// && line ~ /(^|[^a-z_])(posix_spawnp?|execvp?e?|execlp?|fork)[ \t]*\(/ &&
    FILENAME !~ /^sipworker\/(priv\/|main.c)/ { report("programs are started by ctl only") }
line ~ /#[ \t]*pragma[ \t]+once/ { report("include guards, not pragma once") }
FILENAME !~ /^(lib\/db|tests|bench)\// && $0 ~ /"[ ]*(SELECT|INSERT INTO|UPDATE [a-z_]+ SET|DELETE FROM|REPLACE INTO) / {
	report("SQL outside lib/db")
}
FILENAME !~ /^tests\// && $0 ~ /"[^"]*<\/?(div|span|table|tr|td|p|a|html|form|input|script|svg|li|ul|h[1-6])[ >\/]/ {
	report("HTML in C")
}
FILENAME ~ /^tests\// && line ~ /(^|[^a-z_])(sleep|usleep|nanosleep)[ \t]*\(/ {
	report("no sleeping in tests")
}
END { exit bad }
