# What the scripts say to the person who runs them.
# shellcheck shell=bash

started=${WARELOG_STARTED:-$EPOCHSECONDS}

# Each line begins with the seconds since the command was given.
say() { printf 'stack: %3d s  %s\n' "$((EPOCHSECONDS - started))" "$*"; }

fail() {
    printf 'stack: %s\n' "$*" >&2
    exit 1
}

# quietly LOG COMMAND…: runs the command with its output in the log, and shows from time to time how far it is. If it
# fails, the end of the log is shown, and what may be done about it.
quietly() {
    local log=$1 parent=$BASHPID watcher status=0
    shift
    mkdir -p "${log%/*}"
    : >"$log"
    watch_progress "$log" "$parent" 8>&- 9>&- &
    watcher=$!
    "$@" >"$log" 2>&1 </dev/null || status=$?
    kill "$watcher" 2>/dev/null || true
    wait "$watcher" 2>/dev/null || true
    [ "$status" -ne 0 ] || return 0
    printf 'stack: This command failed: %s\nstack: The end of %s:\n' "$*" "$log" >&2
    tail -n 20 "$log" >&2
    advise "$log" >&2
    return "$status"
}

# Ends with the process that it reports for. There is no `sleep`, which would outlive it.
watch_progress() {
    local log=$1 parent=$2 pause
    exec {pause}<> <(:)
    while ! read -rt 10 -u "$pause" && kill -0 "$parent" 2>/dev/null; do
        say >&2 "   … $(basename "$log" .log): $(awk -f "$ROOT/stack/lib/progress.awk" "$log")"
    done
}

# advise LOG: the causes that a person can do something about, by what programs say when they meet them.
advise() {
    local pattern advice
    while IFS='|' read -r advice pattern; do
        ! grep -qiE "$pattern" "$1" || { printf 'stack: %s\n' "$advice" && return; }
    done <"$ROOT/stack/lib/advice"
}

# require_space GIGABYTES DIRECTORY
require_space() {
    local free
    free=$(free_gigabytes "$2")
    [ "$free" -ge "$1" ] || fail "The disk of $2 has $free GB free, but $1 GB are needed. Free some space first."
}

free_gigabytes() { df --output=avail -B 1G "$1" | tail -n 1 | tr -d ' '; }
