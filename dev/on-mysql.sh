#!/bin/bash
# on-mysql.sh MYSQLD TEST... - runs tests on a MySQL server in place of MariaDB:
# Debian 12 has none, so MYSQLD is the path of one that was unpacked somewhere (or
# of a script that starts it), and BASEDIR what it calls so. The client and the
# tests are the usual ones. Database tests find it by PATH; whole products
# (tests/*/*.mjs) where MariaDB lies, in a mount namespace of their own: as root.
# JOBS=N: so many side by side.
set -u
cd "$(dirname "$0")/.." || exit 1
[ $# -ge 2 ] || {
	sed -n 's/^# //; 2,7p' "$0" >&2
	exit 2
}
mysqld=$1
shift
# It looks for its own files beside its name, which will be another.
base=$(cd "$(dirname "$mysqld")/.." && pwd)
[ -d "$base/lib/mysql/plugin" ] || base=
base=${BASEDIR:-$base}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # the server may be another user's
mkdir "$work/bin" "$work/build"
mkdir -m 1777 "$work/made"

# What the other three have in common. They may be started without our environment.
printf 'mysqld=%q\nbase=%q\nmade=%q\n' "$mysqld" "$base" "$work/made" >"$work/bin/common"
cat >>"$work/bin/common" <<'END'
# Words as MySQL has them; those of a file ("name=value") as words.
words=()
take() {
	case $1 in
	--innodb[-_]log[-_]file[-_]size=*) words+=("--innodb-redo-log-capacity=${1#*=}") ;;
	--query[-_]cache[-_]type=* | --no-defaults) ;;
	*) words+=("$1") ;;
	esac
}
always=(${base:+"--basedir=$base"} --mysqlx=OFF --secure-file-priv=NULL --innodb-flush-method=nosync)
ask() { mariadb --no-defaults -u root -S "$1" -e "$2"; }
# MD5() is a component of its own from MySQL 9.6 on.
with_md5() { ask "$1" "SELECT MD5('a')" || ask "$1" "INSTALL COMPONENT 'file://component_classic_hashing'"; }
END

# The three programs that tests/support/testdb.c and `ringtrace run` start, under
# MariaDB's names.
{
	echo '#!/bin/bash'
	cat "$work/bin/common"
	cat <<'END'
first=--no-defaults
case $1 in
--defaults-file=*)
	# It has MariaDB's group only, which MySQL does not read.
	first=$1
	while read -r line; do
		case $line in [a-z]*) take "--$line" ;; esac
	done <"${1#*=}"
	shift
	;;
esac
for a; do take "$a"; done
exec -a mariadbd "$mysqld" "$first" "${always[@]}" "${words[@]}"
END
} >"$work/bin/mariadbd"
{
	echo '#!/bin/bash'
	cat "$work/bin/common"
	cat <<'END'
for a; do
	case $a in
	--user=*) words+=("$a") ;;
	--datadir=*) data=${a#*=} ;;
	--auth-root-socket-user=*) [ "${a#*=}" = root ] || exit 1 ;; # nobody else signs in here
	esac
done
# Made once, by whom it is for: it takes seconds.
whole=$made/$(id -u)
exec 9>"$whole.lock"
flock 9 || exit 1
if [ ! -e "$whole" ]; then
	rm -rf "$whole.tmp"
	"$mysqld" --no-defaults "${always[@]}" "${words[@]}" --initialize-insecure "--datadir=$whole.tmp" || exit 1
	s=$(mktemp -u /tmp/mysqlXXXXXX)
	"$mysqld" --no-defaults "${always[@]}" "${words[@]}" --skip-networking "--datadir=$whole.tmp" "--socket=$s" "--pid-file=$s.pid" &
	for ((i = 0; i < 600; i++)); do
		with_md5 "$s" && break
		sleep 0.1
	done
	ask "$s" SHUTDOWN
	wait $!
	mv "$whole.tmp" "$whole" || exit 1
fi
exec 9>&-
mkdir -p "$data" && cp -a "$whole/." "$data"
END
} >"$work/bin/mariadb-install-db"
# Its SHUTDOWN answers before it has ended.
{
	echo '#!/bin/bash'
	cat "$work/bin/common"
	cat <<'END'
while [ $# -gt 0 ]; do
	[ "$1" != -S ] || socket=$2
	shift
done
pid=$(cat "$socket.lock") || exit 1
ask "$socket" SHUTDOWN || exit 1
for ((i = 0; i < 600; i++)); do
	grep -qs ') [^Z] ' "/proc/$pid/stat" || exit 0
	sleep 0.1
done
exit 1
END
} >"$work/bin/mariadb-admin"
chmod 755 "$work"/bin/*
run=(dev/run-tests.sh -j "${JOBS:-2}")
case " $*" in
*.mjs*)
	export RT_BUILD=${RT_BUILD:-$PWD/build/debug}
	unshare -m --propagation private bash -c '
		for name in mariadbd mariadb-install-db; do
			mount --bind "$0/$name" "$(PATH=$PATH:/usr/sbin command -v $name)" || exit 1
		done
		exec "$@"' "$work/bin" "${run[@]}" "$@"
	;;
*) RT_BUILD=$work/build PATH=$work/bin:$PATH "${run[@]}" "$@" ;;
esac
