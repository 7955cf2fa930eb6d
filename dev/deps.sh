#!/bin/bash
# deps.sh - installs what is missing: Debian packages of dev/packages.txt and
# npm packages of package-lock.json. Says what and why; silent when nothing is
# missing. No service is started, stopped or enabled by it.
#   --list   only say what is missing; status 1 when something is
set -eu
cd "$(dirname "$0")/.."
policy=/usr/sbin/policy-rc.d
saved=$policy.ringtrace-saved
mark='put here by dev/deps.sh while it installs'

missing=() whys=()
while IFS= read -r line; do
	why=${line#*# }
	read -r name other _ <<<"${line%%#*}" || true
	[ -n "${name:-}" ] || continue
	if [ -n "${other:-}" ] && command -v "$other" >/dev/null; then continue; fi
	case $(dpkg-query -W -f '${db:Status-Abbrev}' "$name" 2>/dev/null || true) in
	ii*) continue ;;
	esac
	missing+=("$name")
	whys+=("$why")
done < <(grep -v '^#' dev/packages.txt)

if [ "${1:-}" = --list ]; then
	for i in "${!missing[@]}"; do echo "${missing[i]}  (${whys[i]})"; done
	[ ${#missing[@]} -eq 0 ]
	exit
fi

sudo=
as_root() {
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || {
			echo "deps: installing needs root: run \`make deps\` as root once, or install sudo" >&2
			exit 1
		}
		sudo=sudo
	fi
}

# While packages are configured, a policy-rc.d forbids them to start anything;
# one that was here before comes back, whatever happens.
put_policy() {
	! left_over || take_policy
	[ ! -e "$policy" ] || $sudo mv -f "$policy" "$saved"
	trap take_policy EXIT
	trap 'exit 130' INT TERM HUP
	printf '#!/bin/sh\n# %s\nexit 101\n' "$mark" | $sudo tee "$policy" >/dev/null
	$sudo chmod 755 "$policy"
}
left_over() { grep -qsF "$mark" "$policy"; } # of a run that was killed
take_policy() {
	$sudo rm -f "$policy"
	[ ! -e "$saved" ] || $sudo mv -f "$saved" "$policy"
	trap - EXIT
}
enabled_units() { find /etc/systemd/system -type l -name '*.service' -printf '%f\n' 2>/dev/null | sort -u; }

install_packages() {
	local log before unit
	echo "deps: installing ${#missing[@]} Debian packages:"
	for i in "${!missing[@]}"; do printf '  %-28s %s\n' "${missing[i]}" "${whys[i]}"; done
	as_root
	exec 9</var/lib/dpkg
	flock 9 # two clones at once would lose each other's policy-rc.d
	log=$(mktemp)
	before=$(enabled_units)
	put_policy
	export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
	local keep=DEBIAN_FRONTEND,NEEDRESTART_SUSPEND
	if ! { ${sudo:+sudo --preserve-env=$keep} apt-get -q -o DPkg::Lock::Timeout=300 update &&
		${sudo:+sudo --preserve-env=$keep} apt-get -q -y -o DPkg::Lock::Timeout=300 \
			install --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		echo "deps: apt-get failed; the whole output is in $log" >&2
		exit 1
	fi
	rm -f "$log"
	take_policy
	exec 9<&-
	# A service that came with these packages shall not start at the next
	# boot either; ones that were enabled before are left alone.
	for unit in $(comm -13 <(echo "$before") <(enabled_units)); do
		echo "deps: not starting $unit at boot (systemctl enable $unit undoes that)"
		if command -v systemctl >/dev/null; then
			$sudo systemctl disable --quiet "$unit" || true
		else
			$sudo find /etc/systemd/system -type l -name "$unit" -delete
		fi
	done
}

install_npm() {
	local stamp=node_modules/.installed
	[ -e package-lock.json ] || return 0
	cmp -s package-lock.json "$stamp" && return 0
	echo "deps: installing the npm packages of package-lock.json (browser parts and tests)"
	npm ci --no-progress --loglevel=error
	cp package-lock.json "$stamp"
}

[ ${#missing[@]} -eq 0 ] || install_packages
if left_over; then
	as_root
	exec 9</var/lib/dpkg
	if flock -n 9; then
		echo "deps: removing the policy-rc.d of an installation that was killed"
		take_policy
	fi
	exec 9<&-
fi
install_npm
