#!/bin/bash
# scratch.sh new NAME PID - makes a folder for the process PID, says which:
#                           $TMPDIR/NAME.XXXXXX; PID removes it when it is done
# scratch.sh end FOLDER   - ends what still works in it and removes it
#
# A process that is killed removes nothing. So its folder says whose it is, and
# the next `new` of the same NAME ends those whose process is no more. What
# works in a folder is known by RT_TEST_DIR in its environment. A folder with a
# file .kept is left alone: somebody wants to look at it.
set -u
tmp=${TMPDIR:-/tmp}

# A pid comes again, a pid and the tick it began at do not.
birth() { # PID: "pid tick namespace", nothing when there is no such process
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
	set -- "$1" ${stat##*) }
	echo "$1 ${21} $(readlink /proc/self/ns/pid)"
}
inside() { # FOLDER: pids that work in it
	grep -lzE "^RT_TEST_DIR=$1(/|$)" /proc/[0-9]*/environ 2>/dev/null |
		cut -d/ -f3
}
end() { # FOLDER
	local dir=$1 pids mount round
	# They were told to end, or will be by now: ten seconds.
	for round in {1..100}; do
		pids=$(inside "$dir")
		[ -n "$pids" ] || break
		[ "$round" -lt 100 ] || kill -KILL $pids 2>/dev/null
		sleep 0.1
	done
	awk -v d="$dir/" 'index($2, d) == 1 { print $2 }' /proc/mounts |
		while read -r mount; do
			umount -l "$mount" 2>/dev/null || sudo -n umount -l "$mount"
		done
	rm -rf "$dir"
}
sweep() { # NAME
	local dir whose now
	for dir in "$tmp/$1".??????; do
		[ -O "$dir" ] && [ -e "$dir/.owner" ] && [ ! -e "$dir/.kept" ] || continue
		read -r whose <"$dir/.owner" || continue
		now=$(birth "${whose%% *}")
		# Another namespace's pids are not ours to judge.
		[ "${whose##* }" = "$(readlink /proc/self/ns/pid)" ] || continue
		[ "$whose" = "$now" ] || end "$dir"
	done
}

case ${1:-} in
new)
	sweep "$2"
	dir=$(mktemp -d "$tmp/$2.XXXXXX") || exit 1
	birth "$3" >"$dir/.owner"
	echo "$dir"
	;;
end) end "$2" ;;
*)
	echo "scratch.sh: new NAME PID, or end FOLDER" >&2
	exit 2
	;;
esac
