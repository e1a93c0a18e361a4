# What the stack needs of Debian 13.
# shellcheck shell=bash

is_debian_13() { (. /etc/os-release && [ "${ID:-} ${VERSION_CODENAME:-}" = 'debian trixie' ]) 2>/dev/null; }

can_be_root() { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "This needs root or sudo: $*"
    fi
}

# install_packages GROUP…: the groups of stack/packages; nothing happens if everything is there.
install_packages() {
    local missing removed
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    say "installing Debian packages: ${missing[*]}"
    refresh_package_lists
    if [ "$WARELOG_MACHINE" = direct ]; then
        removed=$(removed_by_installing "${missing[@]}")
        [ -z "$removed" ] ||
            fail "This would remove packages that somebody asked for (${removed% }), so it is not done: installing" \
                "${missing[*]}. With MACHINE=root the stack has a Debian 13 of its own."
    fi
    without_starting_servers apt_get install --no-install-recommends "${missing[@]}"
}

package_lines() {
    local groups=" $* " group line
    while read -r group line; do
        [[ $groups != *" $group "* ]] || echo "$group $line"
    done < <(grep -v '^#' "$ROOT/stack/packages" | grep .) | sort
}

missing_packages() {
    local alternatives minimum
    while read -r _ alternatives minimum; do
        missing_of "$alternatives" "${minimum:-0}"
    done < <(package_lines "$@")
}

# missing_of A|B MINIMUM: prints the alternative to install, unless one of them is there in a version that will do.
missing_of() {
    local package version
    for package in ${1//|/ }; do
        version=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$package" 2>/dev/null) || continue
        [[ $version == 'installed '* ]] || continue
        dpkg --compare-versions "${version#* }" ge "$2" || echo "$package"
        return
    done
    echo "${1%%|*}"
}

# On the machine of the first run there are no package lists at all, so they are always fetched once before an install.
refresh_package_lists() {
    [ -z "${package_lists_are_fresh:-}" ] || return 0
    quietly "$ROOT/.run/log/apt-update.log" as_root apt-get -q update || fail 'apt-get update failed'
    package_lists_are_fresh=yes
}

apt_get() {
    quietly "$ROOT/.run/log/apt-$1.log" as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qy -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" || fail "apt-get $1 failed"
}

# An installation that was interrupted is brought to its end.
mend_packages() {
    quietly "$ROOT/.run/log/dpkg-configure.log" as_root dpkg --configure -a || true
    refresh_package_lists
    apt_get --fix-broken install
}

# What an install would take away although somebody asked for it by name. What apt installed by itself may give way, and
# a library that leaves for its own successor (libssl3 for libssl3t64, with 64-bit time) is replaced.
removed_by_installing() {
    local plan=$ROOT/.run/log/apt---simulate.log
    apt_get --simulate install --no-install-recommends "$@"
    planned Remv "$plan" | comm -12 - <(apt-mark showmanual | sort) |
        comm -23 - <(planned Inst "$plan" | sed -n 's/t64//p' | sort) | tr '\n' ' '
}

planned() { sed -n "s/^$1 \([^ ]*\).*/\1/p" "$2" | sort; }

# The packages' own Redis must neither start nor come back at the next boot, and no Postgres cluster may be made: the
# stack runs its own. What was there before is left as it is.
without_starting_servers() {
    local status=0 redis_was_there=''
    [ ! -e /usr/bin/redis-server ] || redis_was_there=yes
    forbid_service_starts
    forbid_postgres_clusters
    ("$@") || status=$?
    allow_postgres_clusters
    allow_service_starts
    if [ -z "$redis_was_there" ] && [ -e /usr/bin/redis-server ] && [ -d /run/systemd/system ]; then
        as_root systemctl disable --quiet redis-server.service
    fi
    return "$status"
}

service_policy=/usr/sbin/policy-rc.d

forbid_service_starts() {
    [ -e "$service_policy" ] || as_root install -m 755 /dev/stdin "$service_policy" <<'END'
#!/bin/sh
# Written by the Warelog stack while it installs packages, and removed after that.
case $1 in redis* | postgresql*) exit 101 ;; esac
END
}

allow_service_starts() {
    ! grep -q 'Written by the Warelog stack' "$service_policy" || as_root rm -f "$service_policy"
}

# The package looks into this one file and follows no include_dir in it. A file that was there before the package makes
# it leave its own beside.
cluster_settings=/etc/postgresql-common/createcluster.conf

forbid_postgres_clusters() {
    as_root mkdir -p "${cluster_settings%/*}"
    [ ! -e "$cluster_settings" ] || [ -e "$cluster_settings.before-warelog" ] ||
        as_root cp -a "$cluster_settings" "$cluster_settings.before-warelog"
    as_root tee -a "$cluster_settings" <<<'create_main_cluster = false' >/dev/null
}

allow_postgres_clusters() {
    if [ -e "$cluster_settings.before-warelog" ]; then
        as_root mv "$cluster_settings.before-warelog" "$cluster_settings"
    elif [ -e "$cluster_settings.ucf-dist" ]; then
        as_root mv "$cluster_settings.ucf-dist" "$cluster_settings"
    else
        as_root rm -f "$cluster_settings"
    fi
}
