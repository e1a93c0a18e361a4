# What the scripts say to the person who runs them.

say() { printf 'stack: %s\n' "$*"; }

fail() {
    printf 'stack: %s\n' "$*" >&2
    exit 1
}

# quietly LOG COMMAND…: runs the command with its output in the log, and shows the end of it if the command fails.
quietly() {
    local log=$1
    shift
    mkdir -p "${log%/*}"
    "$@" >"$log" 2>&1 </dev/null && return
    printf 'stack: failed: %s\nstack: the end of %s:\n' "$*" "$log" >&2
    tail -n 30 "$log" >&2
    return 1
}
