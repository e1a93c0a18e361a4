# What the stack needs of Debian. Debian 12 gets these packages from a Debian 13 source of low priority, so nothing else
# of the machine moves to Debian 13 except what the packages themselves depend on.

trixie_source=/etc/apt/sources.list.d/warelog-trixie.sources
trixie_preferences=/etc/apt/preferences.d/warelog-trixie

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "needs root or sudo for: $*"
    fi
}

# install_packages GROUP…: the groups of stack/packages; nothing happens if everything is there.
install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "this is no Debian machine; install the counterparts of: ${missing[*]}"
    say "Debian packages: ${missing[*]}"
    add_trixie_source_to_bookworm
    refresh_package_lists
    if [[ " ${missing[*]} " == *' librdkafka-dev '* ]] && is_installed libcurl4-gnutls-dev; then
        unpack_librdkafka_dev
        mapfile -t missing < <(missing_packages "$@")
    fi
    refuse_removals "${missing[@]}"
    without_starting_servers apt_get install --no-install-recommends "${missing[@]}"
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# librdkafka-dev asks for libcurl4-openssl-dev, which would take the place of libcurl4-gnutls-dev and which only static
# linking needs. Where that one is installed, the headers and the link go to /usr/local, and the library is librdkafka1's.
unpack_librdkafka_dev() (
    local directory release=()
    directory=$(mktemp -d) && cd "$directory" || exit
    trap 'rm -rf "$directory"' EXIT
    [ ! -e "$trixie_source" ] || release=(-t trixie)
    quietly "$ROOT/.run/log/apt-download.log" apt-get -q "${release[@]}" download librdkafka-dev ||
        fail 'apt-get download failed'
    dpkg-deb -x librdkafka-dev_*.deb .
    rm -f usr/lib/*/*.a
    as_root cp -a usr/include/librdkafka /usr/local/include/
    as_root ln -sfn "/usr/lib/$(ls usr/lib)/librdkafka.so.1" /usr/local/lib/librdkafka.so
)

missing_packages() {
    local groups=" $* " group alternatives minimum
    while read -r group alternatives minimum; do
        [[ $groups != *" $group "* ]] || missing_of "$alternatives" "${minimum:-0}"
    done < <(grep -v '^#' "$ROOT/stack/packages" | grep .)
}

# missing_of A|B MINIMUM: prints the alternative to install, unless one of them is there in a version that will do.
missing_of() {
    local package version
    for package in ${1//|/ }; do
        [[ $package != /* || ! -e $package ]] || return 0
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

# A system that has taken packages of Debian 13 may call itself trixie from then on; our source tells the two apart.
add_trixie_source_to_bookworm() {
    local codename
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    [ ! -e "$trixie_source" ] || return 0
    case $codename in
        trixie) return ;;
        bookworm) ;;
        *) say "this is neither Debian 12 nor 13 but '$codename': untried; going on with its own packages"; return ;;
    esac
    say "adding $trixie_source (Debian 13, priority 100)"
    as_root tee "$trixie_preferences" >/dev/null <<'END'
Package: *
Pin: release n=trixie*
Pin-Priority: 100
END
    as_root tee "$trixie_source" >/dev/null <<END
Types: deb
URIs: $(debian_mirror)
Suites: trixie trixie-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
}

# The mirror that the machine itself uses.
debian_mirror() {
    local mirror
    # shellcheck disable=SC2016 # apt expands these
    mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
        sed -n 's/^bookworm //p' | head -n 1)
    echo "${mirror:-http://deb.debian.org/debian}"
}

apt_get() {
    local release=()
    [ ! -e "$trixie_source" ] || release=(-t trixie)
    quietly "$ROOT/.run/log/apt-$1.log" \
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -qy -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 \
        "${release[@]}" "$@" ||
        fail "apt-get $1 failed"
}

# An install must not take away what somebody asked for by name. What apt installed by itself may give way, and a
# library that leaves for its own successor (libssl3 for libssl3t64, Debian 13's builds with 64-bit time) is replaced.
refuse_removals() {
    local plan=$ROOT/.run/log/apt---simulate.log removed
    apt_get --simulate install --no-install-recommends "$@"
    removed=$(planned Remv "$plan" | comm -12 - <(apt-mark showmanual | sort) |
        comm -23 - <(planned Inst "$plan" | sed -n 's/t64//p' | sort) | tr '\n' ' ')
    [ -z "$removed" ] || fail "not done: installing $* would remove from this machine: $removed"
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
