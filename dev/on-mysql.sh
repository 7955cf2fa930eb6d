#!/bin/bash
# on-mysql.sh MYSQLD TEST... - runs database tests on a MySQL server in place of
# MariaDB: Debian 12 has none, so MYSQLD is the path of one that was unpacked
# somewhere (or of a script that starts it), and BASEDIR what it calls so.
# The client and the tests are the usual ones.
set -u
cd "$(dirname "$0")/.." || exit 1
[ $# -ge 2 ] || {
	sed -n 's/^# //; 2,5p' "$0" >&2
	exit 2
}
export RT_MYSQLD=$1 RT_MYSQL_BASE=${BASEDIR:-}
shift
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/build"

# The three programs that tests/support/testdb.c starts, under MariaDB's names.
cat >"$work/bin/mariadbd" <<'END'
#!/bin/bash
args=(--no-defaults ${RT_MYSQL_BASE:+"--basedir=$RT_MYSQL_BASE"} --mysqlx=OFF --secure-file-priv=NULL)
for a; do
	case $a in
	--no-defaults) ;;
	--innodb-log-file-size=*) args+=("--innodb-redo-log-capacity=${a#*=}") ;;
	*) args+=("$a") ;;
	esac
done
exec "$RT_MYSQLD" "${args[@]}"
END
cat >"$work/bin/mariadb-install-db" <<'END'
#!/bin/bash
args=(--no-defaults ${RT_MYSQL_BASE:+"--basedir=$RT_MYSQL_BASE"} --initialize-insecure)
for a; do
	case $a in --user=* | --datadir=*) args+=("$a") ;; esac
done
exec "$RT_MYSQLD" "${args[@]}"
END
# Its SHUTDOWN answers before it has ended. MD5() is a component of its own from
# MySQL 9.6 on.
cat >"$work/bin/mariadb-admin" <<'END'
#!/bin/bash
while [ $# -gt 0 ]; do
	[ "$1" != -S ] || socket=$2
	shift
done
pid=$(cat "$socket.lock") || exit 1
ask() { mariadb --no-defaults -u root -S "$socket" -e "$1"; }
ask "SELECT MD5('a')" || ask "INSTALL COMPONENT 'file://component_classic_hashing'" || exit 1
ask SHUTDOWN || exit 1
for ((i = 0; i < 600; i++)); do
	grep -qs ') [^Z] ' "/proc/$pid/stat" || exit 0
	sleep 0.1
done
exit 1
END
chmod +x "$work"/bin/*
RT_BUILD=$work/build PATH=$work/bin:$PATH dev/run-tests.sh "$@"
