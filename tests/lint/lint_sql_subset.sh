#!/bin/sh
# lint_sql_subset.sh - the portable subset of SQL (docs/ARCHITECTURE.md): what
# MariaDB or MySQL has alone is not used in sql/ and lib/db.
bad=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
# SQL with its comments taken out, each line behind its file and number; and
# the whole of each file in one line, literals of C joined into one text.
awk -v lines="$work/lines" '
	FNR == 1 && NR > 1 { print whole }
	FNR == 1 { whole = FILENAME ":" }
	FILENAME ~ /\.sql$/ { sub(/--.*/, "") }
	FILENAME ~ /\.c$/ { sub(/\/\*.*\*\//, ""); sub(/^[ \t]*\*.*/, ""); sub(/\/\*.*/, "") }
	{
		print FILENAME ":" FNR ": " $0 >lines
		gsub(/["\\]/, "")
		gsub(/[ \t]+/, " ")
		sub(/ $/, "")
		whole = whole (/^ / ? "" : " ") $0
	}
	END { print whole }' sql/*.sql lib/db/*.c >"$work/whole"
forbid() { # pattern what [lines that may]
	grep -E "$1" "$work/lines" | grep -vF "${3:-no such line}" | sed "s|^|$2: |" | grep . && bad=1
}
forbid_across() { # pattern what
	grep -oE "^[^:]*:|$1" "$work/whole" | awk -v what="$2" '/^[a-z_0-9\/.]+:$/ { f = $0; next } { print f " " what ": " $0 }' | grep . && bad=1
}
# MariaDB alone; what they are for, migrate.c does (migrate_text.h).
forbid_across '(COLUMN|KEY|INDEX|CONSTRAINT|PARTITION|ADD|DROP|MODIFY|CHANGE|RENAME|ALTER TABLE) IF (NOT )?EXISTS' 'IF for a part of a table'
forbid_across 'GROUP_CONCAT\([^()]* LIMIT |CREATE OR REPLACE (TABLE|INDEX|DATABASE|USER)|SET STATEMENT |(FOR UPDATE|IN SHARE MODE) WAIT |LIMIT ROWS EXAMINED|FETCH (FIRST|NEXT) |(WITHOUT OVERLAPS|PERIOD FOR)|[^A-Z_](NATURAL_SORT_KEY|ROWNUM|NVL2?|TO_CHAR|ADD_MONTHS|JSON_(DETAILED|LOOSE|COMPACT|EXISTS|QUERY|NORMALIZE|EQUALS))\(|DEFAULT VALUE\(|[^A-Z_]UUID\(|PERSISTENT[ ,]' 'MariaDB alone'
# MySQL alone.
forbid_across '\) AS [a-z_]+( \([a-z_, ]*\))? ON DUPLICATE|[^A-Z_](BIN_TO_UUID|UUID_TO_BIN|REGEXP_LIKE|JSON_STORAGE_SIZE|JSON_TABLE|ANY_VALUE|GROUPING|ST_LONGITUDE)\(|MEMBER OF ?\(|[^A-Z_](INTERSECT|EXCEPT|VALUES ROW) ?[ (]|FOR SHARE( |;|$)|[^A-Z_]OF [a-z_]+ (NOWAIT|SKIP LOCKED)' 'not the same in both'
forbid '(^|[^A-Za-z_])RETURNING([^A-Za-z_]|$)' 'RETURNING'
forbid '(SEQUENCE|NEXTVAL|NEXT VALUE FOR)([^A-Za-z_]|$)' 'sequence'
forbid '(^|[^A-Za-z_])LATERAL([^A-Za-z_]|$)' 'LATERAL'
forbid '(WITH|ADD|DROP) SYSTEM VERSIONING|FOR SYSTEM_TIME' 'system versioning'
forbid '[[:space:]](UUID|INET4|INET6)([[:space:],]|$)' 'a type of MariaDB alone'
forbid '(KEY|INDEX)[^(]*\(\(' 'functional index'
forbid '(^|[^A-Za-z_])(FLOAT|DOUBLE|REAL)([^A-Za-z_]|$)' 'floating point'
forbid '(^|[^A-Za-z_])LOCK TABLES' 'LOCK TABLES'
# The database's clock: updated_at (decision 0155), who lives (0340), and db_now().
forbid '(^|[^A-Za-z_])(NOW|CURRENT_TIMESTAMP|SYSDATE|UTC_TIMESTAMP)[ (]' 'the clock: now is an argument' 'updated_at
lib/db/db_now.c:
lib/db/db_pool_owner.c:'
forbid '(^|[^A-Za-z_])(ENUM|SET) ?\(' 'ENUM and SET types'
# Words that MySQL 8 keeps for itself and MariaDB does not.
reserved='cube|cume_dist|dense_rank|empty|first_value|function|get|grouping|groups|json_table|lag|last_value|lateral|lead|nth_value|ntile|of|percent_rank|rank|row|rows|stored|system|virtual|generated|window|over|recursive|intersect|except|optimizer_costs|library|manual|qualify|tablesample'
for f in sql/*.sql; do
	sed 's/--.*//' "$f" | grep -niE "^[[:space:]]+($reserved) [A-Z]|(TABLE|COLUMN|KEY|INDEX)( IF NOT EXISTS)? ($reserved)[ (]" |
		sed "s|^|$f: a word of MySQL's own: |" | grep . && bad=1
	# Literal defaults of long types; the -> of JSON; several steps in an ALTER
	# (the runner refuses them).
	sed 's/--.*//' "$f" | grep -nE '(TEXT|BLOB|JSON|GEOMETRY)[^,(]* DEFAULT +[^N( ]|[a-z_]->|CHECK \(JSON_VALID' |
		sed "s|^|$f: not the same in both: |" | grep . && bad=1
	# Collations: the default of each table, and the one for searched text.
	grep -nE 'COLLATE' "$f" | grep -vE 'COLLATE[= ]utf8mb4_(bin|unicode_520_ci)([^a-z0-9_]|$)' |
		sed "s|^|$f: collation: |" | grep . && bad=1
	tables=$(grep -c 'CREATE TABLE' "$f")
	ends=$(grep -c 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;' "$f")
	[ "$tables" -eq "$ends" ] || {
		echo "$f: $tables tables, $ends with the house's engine and charset"
		bad=1
	}
	# DDL commits by itself: every statement can be run again. Of ALTER TABLE
	# and indexes migrate.c sees to it.
	grep -nE '^(CREATE TABLE|INSERT INTO|DROP TABLE|RENAME)' "$f" |
		grep -vE 'IF (NOT )?EXISTS|INSERT IGNORE' |
		sed "s|^|$f: cannot be run again: |" | grep . && bad=1
	# Wall time is DATETIME(6) in a column that says so.
	grep -nE '[[:space:]](TIMESTAMP|DATETIME)([^(A-Z]|\([0-5]\))' "$f" |
		sed "s|^|$f: time without microseconds: |" | grep . && bad=1
	grep -nE '^	[a-z_0-9]+ DATETIME\(6\)' "$f" | grep -vE '_at DATETIME' |
		sed "s|^|$f: a time not named *_at: |" | grep . && bad=1
done
exit $bad
