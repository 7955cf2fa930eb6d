#!/bin/sh
# lint_sql_subset.sh - the portable subset of SQL (docs/ARCHITECTURE.md): what
# MariaDB or MySQL has alone is not used in sql/ and lib/db.
bad=0
# SQL with its comments taken out, string literals of C joined into one text.
sql_text() {
	case $1 in
	*.sql) sed 's/--.*//' "$1" ;;
	*) sed 's,/\*.*\*/,,; s,^[[:space:]]*\*.*,,; s,/\*.*,,' "$1" ;;
	esac
}
forbid() { # pattern what file [lines that may]
	if sql_text "$3" | grep -nE "$1" | grep -vF "${4:-no such line}" | sed "s|^|$3: $2: |"; then :; fi |
		grep . && bad=1
}
for f in sql/*.sql lib/db/*.c; do
	forbid '(^|[^A-Za-z_])RETURNING([^A-Za-z_]|$)' 'RETURNING' "$f"
	forbid '(SEQUENCE|NEXTVAL|NEXT VALUE FOR)([^A-Za-z_]|$)' 'sequence' "$f"
	forbid '(^|[^A-Za-z_])LATERAL([^A-Za-z_]|$)' 'LATERAL' "$f"
	forbid '(WITH|ADD|DROP) SYSTEM VERSIONING|FOR SYSTEM_TIME' 'system versioning' "$f"
	forbid '[[:space:]](UUID|INET4|INET6)([[:space:],]|$)' 'a type of MariaDB alone' "$f"
	forbid '(KEY|INDEX)[^(]*\(\(' 'functional index' "$f"
	forbid '(^|[^A-Za-z_])(FLOAT|DOUBLE|REAL)([^A-Za-z_]|$)' 'floating point' "$f"
	forbid '(^|[^A-Za-z_])LOCK TABLES' 'LOCK TABLES' "$f"
	# updated_at alone is the database's clock (decision 0155).
	forbid '(^|[^A-Za-z_])(NOW|CURRENT_TIMESTAMP|SYSDATE|UTC_TIMESTAMP)[ (]' 'the clock: now is an argument' "$f" updated_at
	forbid '(^|[^A-Za-z_])(ENUM|SET) ?\(' 'ENUM and SET types' "$f"
done
for f in sql/*.sql; do
	# Collations: the default of each table, and the one for searched text.
	grep -nE 'COLLATE' "$f" | grep -vE 'COLLATE[= ]utf8mb4_(bin|unicode_520_ci)([^a-z0-9_]|$)' |
		sed "s|^|$f: collation: |" | grep . && bad=1
	tables=$(grep -c 'CREATE TABLE' "$f")
	ends=$(grep -c 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;' "$f")
	[ "$tables" -eq "$ends" ] || {
		echo "$f: $tables tables, $ends with the house's engine and charset"
		bad=1
	}
	# DDL commits by itself: every statement can be run again.
	grep -nE '^(CREATE TABLE|INSERT INTO|CREATE INDEX|ALTER TABLE)' "$f" |
		grep -vE 'IF NOT EXISTS|INSERT IGNORE|ALTER TABLE [a-z_]+ MODIFY' |
		sed "s|^|$f: cannot be run again: |" | grep . && bad=1
	# Wall time is DATETIME(6) in a column that says so.
	grep -nE '[[:space:]](TIMESTAMP|DATETIME)([^(A-Z]|\([0-5]\))' "$f" |
		sed "s|^|$f: time without microseconds: |" | grep . && bad=1
	grep -nE '^	[a-z_0-9]+ DATETIME\(6\)' "$f" | grep -vE '_at DATETIME' |
		sed "s|^|$f: a time not named *_at: |" | grep . && bad=1
done
exit $bad
