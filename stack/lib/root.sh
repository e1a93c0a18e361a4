# The Debian 13 that the stack has to itself: a directory, entered in a mount namespace.
# shellcheck shell=bash

cache=${XDG_CACHE_HOME:-$HOME/.cache}/warelog
root=$cache/debian-13
namespace=(unshare --mount --)
# The lines of stack/packages that have been installed in it.
furnished=$root/var/lib/warelog-packages
enter=$ROOT/stack/lib/enter
debians_keys=/usr/share/keyrings/debian-archive-keyring.gpg
# In front of every command: the root's own programs and not those that the machine's settings lead to.
clean=(/usr/bin/env -u JAVA_HOME -u M2_HOME -u GOROOT -u GOBIN -u PYTHONHOME -u PYTHONPATH -u VIRTUAL_ENV -u PERL5LIB
    -u LD_LIBRARY_PATH -u LD_PRELOAD -u CC -u CXX -u CPATH -u LIBRARY_PATH -u PKG_CONFIG_PATH -u LANGUAGE
    LC_ALL=C.UTF-8 LANG=C.UTF-8 WARELOG_MACHINE=root
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    # shellcheck disable=SC2016
    /bin/bash -c 'cd "$0" 2>/dev/null || cd /; exec "$@"')

# Who makes and enters it: root, an ordinary user in a user namespace, or an ordinary user with sudo. What was made with
# sudo is entered with sudo.
choose_way() {
    if [ "$(id -u)" = 0 ]; then
        way=root rights=()
        mounts_stay_inside
    elif [ ! -O "$root" ] && [ -d "$root" ] || ! may_have_namespaces; then
        way=sudo rights=(sudo)
        can_be_root && mounts_stay_inside
    else
        way=user rights=(unshare --user --map-root-user --map-auto --mount --)
    fi
}

# Sets namespace to what starts a command in a mount namespace. In a chroot, whose own mount cannot be made private, it
# tries whether a mount is seen outside.
mounts_stay_inside() {
    local probe status=1
    namespace=(unshare --mount --)
    ! with_roots_rights "${namespace[@]}" true 2>/dev/null || return 0
    namespace=(unshare --mount --propagation unchanged --)
    probe=$(mktemp -d)
    if with_roots_rights "${namespace[@]}" \
        sh -c 'mount -t tmpfs none "$0" && touch "$0/seen"' "$probe" 2>/dev/null; then
        [ -e "$probe/seen" ] || status=0
        with_roots_rights umount "$probe" 2>/dev/null || true
    fi
    rmdir "$probe"
    return "$status"
}

may_have_namespaces() {
    grep -qs "^$(id -un):" /etc/subuid && unshare --user --map-root-user --mount true 2>/dev/null
}

make_root() {
    local tools=()
    [ -d "$root" ] || require mmdebstrap mmdebstrap
    [ -d "$root" ] || [ -e "$debians_keys" ] || tools+=(debian-archive-keyring)
    if [ "$way" = user ]; then
        require bwrap bubblewrap
        require newuidmap uidmap
    fi
    install_host_tools "${tools[@]}"
    [ ! -d "$root" ] || return 0
    mkdir -p "$cache" || fail "$cache is not writable; set XDG_CACHE_HOME to a writable directory with 6 GB free."
    with_root_lock bootstrap
}

require() { command -v "$1" >/dev/null || tools+=("$2"); }

install_host_tools() {
    [ $# -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "Install these with this machine's package manager, and try again: $*"
    can_be_root || fail "A user with root's rights has to install these packages first: $*"
    say "installing on this machine: $* (everything else goes to $root)"
    refresh_package_lists
    apt_get install --no-install-recommends "$@"
}

# Whatever the command starts keeps the lock: what is left of a run that was killed is waited for.
with_root_lock() (
    exec 9>"$cache/lock"
    flock -n 9 || { say "waiting for another command that works on $root" && flock 9; }
    "$@"
)

# It comes into being under another name, so that what was interrupted is never taken for a whole one.
bootstrap() {
    local option options=() sources
    [ ! -d "$root" ] || return 0
    require_space 6 "$cache"
    say "creating a Debian 13 for the stack in $root"
    while read -r option; do
        options+=(--aptopt="$option")
    done < <(apt-config dump 2>/dev/null | grep -E '^Acquire::(https?::Proxy|Check-)')
    mapfile -t sources < <(debian_13_sources)
    # A machine that is not Debian trusts its own archive only.
    [ "${#sources[@]}" -gt 0 ] || options+=(--keyring="$debians_keys")
    with_roots_rights rm -rf --one-file-system "$root.new"
    quietly "$ROOT/.run/log/mmdebstrap.log" as_a_job mmdebstrap --mode=root --variant=apt \
        --include="ca-certificates,git,make,$(package_lines go | awk '{ print $2 }')" \
        --dpkgopt=force-unsafe-io --aptopt='APT::Install-Recommends "false"' \
        --aptopt='Acquire::Languages "none"' --aptopt='APT::Sandbox::User "root"' "${options[@]}" \
        trixie "$root.new" "${sources[@]}" || fail 'Debian 13 could not be installed in a directory of its own.'
    with_roots_rights mv "$root.new" "$root"
}

# as_a_job COMMAND…: with root's rights, and all of it, mounts included, ends with this shell. At Ctrl-C mmdebstrap
# would go on with the step that it is at, for a minute. sudo has to keep its terminal, so there it does.
as_a_job() (
    apart=(setsid)
    [ "$way" != sudo ] || apart=()
    "${apart[@]}" "${rights[@]}" "${namespace[@]}" "$@" &
    job=$!
    trap 'with_roots_rights kill -KILL -- "-$job" 2>/dev/null || true' EXIT
    wait "$job"
)

# The mirrors of a Debian machine are asked for Debian 13; without any, mmdebstrap takes Debian's own.
debian_13_sources() (
    . /etc/os-release
    [ "$ID" = debian ] || return 0
    # shellcheck disable=SC2016 # apt expands these
    apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
        sed -n "s/^$VERSION_CODENAME\(-updates\|-security\)\{0,1\} main \(.*\)/deb \2 trixie\1 main/p" | sort -u
)

with_roots_rights() { "${rights[@]}" "$@"; }

# furnish_root GROUP…
furnish_root() {
    local lines
    lines=$(package_lines "$@")
    [ ! -e "$furnished" ] || [ -n "$(comm -23 <(echo "$lines") "$furnished")" ] || return 0
    with_root_lock install_in_root "$lines" "$@"
}

install_in_root() {
    local lines=$1
    shift
    require_space 4 "$cache"
    bring_settings
    build_ahead 9>&- &
    as_root_inside bash -c '. stack/lib/stack.sh && mend_packages && install_packages "$@"' install "$@"
    # What root wrote there would otherwise stand in the user's way.
    [ "$way" != sudo ] || with_roots_rights chown -R "$(id -u):$(id -g)" "$ROOT/.run/log"
    { echo "$lines" && cat "$furnished" 2>/dev/null || true; } | sort -u |
        with_roots_rights tee "$furnished.new" >/dev/null
    with_roots_rights mv "$furnished.new" "$furnished"
}

# VersityGW takes longest and needs nothing but Go. The script that wants it waits for it, and says so if it failed.
build_ahead() {
    [ "${S3:-}" != rclone ] || return 0
    (enter bash -c 'cd "$0" && . stack/lib/stack.sh && install_versitygw' "$ROOT") >/dev/null 2>&1
}

# What a process inside has to know of this machine.
bring_settings() {
    local file new=no
    for file in /etc/resolv.conf /etc/hosts; do
        cmp -s "$file" "$root$file" || with_roots_rights cp -L "$file" "$root$file"
    done
    grep -qs "^[^:]*:[^:]*:$(id -u):" "$root/etc/passwd" ||
        echo "$(id -un):x:$(id -u):$(id -g)::$HOME:/bin/bash" | with_roots_rights tee -a "$root/etc/passwd" >/dev/null
    for file in /usr/local/share/ca-certificates/*.crt; do
        [ -e "$file" ] && ! cmp -s "$file" "$root$file" || continue
        with_roots_rights cp "$file" "$root$file" && new=yes
    done
    [ "$new" = no ] || quietly "$ROOT/.run/log/certificates.log" as_root_inside update-ca-certificates
}

# enter COMMAND…: in place of this process, as the user.
enter() {
    local directories directory binds=()
    bring_settings
    directories_of_the_machine
    case $way in
        root) exec "${namespace[@]}" "$enter" "$root" 0:0 "${directories[@]}" -- "${clean[@]}" "$PWD" "$@" ;;
        sudo) exec sudo -E HOME="$HOME" "${namespace[@]}" "$enter" "$root" "$(id -u):$(id -g)" \
            "${directories[@]}" -- "${clean[@]}" "$PWD" "$@" ;;
        user)
            for directory in "${directories[@]}"; do binds+=(--dev-bind "$directory" "$directory"); done
            exec bwrap --bind "$root" / "${binds[@]}" -- "${clean[@]}" "$PWD" "$@"
            ;;
    esac
}

as_root_inside() {
    local directories
    directories_of_the_machine
    with_roots_rights "${namespace[@]}" "$enter" "$root" 0:0 "${directories[@]}" -- "${clean[@]}" "$ROOT" "$@"
}

# Everything but the system's own, which the root has itself; and the repository and the home, if they are among that.
directories_of_the_machine() {
    local directory
    directories=(/dev /proc /sys /var/tmp)
    for directory in /*; do
        [ -d "$directory" ] && [ ! -L "$directory" ] || continue
        [[ $directory =~ ^/(bin|boot|dev|etc|lib(32|64|x32)?|lost\+found|proc|run|sbin|sys|usr|var)$ ]] ||
            directories+=("$directory")
    done
    for directory in "$ROOT" "$HOME"; do
        [[ ! $directory =~ ^/(boot|etc|run|usr|var)/ ]] || directories+=("$directory")
    done
}

remove_root() {
    local process
    [ -d "$cache" ] || return 0
    for process in /proc/[0-9]*; do
        [ ! "$process/root${furnished#"$root"}" -ef "$furnished" ] ||
            fail "The process ${process#/proc/} ($(<"$process/comm")) runs in $root;" \
                "run make down first, in every clone."
    done
    choose_way || fail "$root cannot be removed by this user."
    with_root_lock with_roots_rights rm -rf --one-file-system "$root" "$root.new"
    say "$root is removed"
}
