# The processes of one run directory ($RUN).
#
# A process is known by RUN/NAME.pid and by RUN/started/NAME, which holds the boot and the instant at which the kernel
# started that id. A process is ours only if both agree, so an id that went to a stranger after a crash or a reboot is
# never signalled.

# identity PID: fails if there is no such process or only its exit status is left.
identity() {
    local stat fields
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    # proc(5): after the name in parentheses come the state (field 3) and, as field 22, the start time.
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[0]} != [ZX] ]] || return 1
    echo "$(</proc/sys/kernel/random/boot_id) ${fields[19]}"
}

is_running() {
    local name=$1 pid
    [ -s "$RUN/$name.pid" ] && [ -s "$RUN/started/$name" ] || return 1
    pid=$(<"$RUN/$name.pid")
    [ "$(identity "$pid")" = "$(<"$RUN/started/$name")" ]
}

# launch NAME COMMAND…: in the background, in a session of its own, its output appended to RUN/log/NAME.log.
launch() {
    local name=$1 pid
    shift
    mkdir -p "$RUN/log" "$RUN/started"
    # No process group leader calls setsid here, so it does not fork: the id is the command's own. The script's locks, 8
    # and 9, end with the script.
    setsid "$@" >>"$RUN/log/$name.log" 2>&1 </dev/null 8>&- 9>&- &
    pid=$!
    echo "$pid" >"$RUN/$name.pid"
    identity "$pid" >"$RUN/started/$name" || fail "$name ended at once; see $RUN/log/$name.log"
}

# await NAME SECONDS CHECK…: waits until the check succeeds. Fails with the end of the process's log when the process
# ends before that.
await() {
    local name=$1 deadline=$((SECONDS + $2))
    shift 2
    until "$@" >/dev/null 2>&1; do
        is_running "$name" || fail_with_log "$name" "$name ended while starting"
        [ "$SECONDS" -lt "$deadline" ] || fail_with_log "$name" "$name is not ready in time"
        sleep 0.1
    done
}

fail_with_log() {
    printf 'stack: %s; the end of %s:\n' "$2" "$RUN/log/$1.log" >&2
    tail -n 20 "$RUN/log/$1.log" >&2
    exit 1
}

# stop NAME…: all at once, SIGKILL for what is left after 20 seconds.
stop() {
    local name pid signal deadline=$((SECONDS + 20))
    for name in "$@"; do
        is_running "$name" || continue
        signal=TERM
        # Postgres waits for its clients at SIGTERM; at SIGINT it closes their connections and shuts down cleanly.
        [ "$name" != postgres ] || signal=INT
        kill -s "$signal" "$(<"$RUN/$name.pid")"
    done
    for name in "$@"; do
        while is_running "$name"; do
            if [ "$SECONDS" -ge "$deadline" ]; then
                pid=$(<"$RUN/$name.pid")
                say "$name ($pid) did not stop and is killed"
                kill -s KILL "$pid"
            fi
            sleep 0.1
        done
        rm -f "$RUN/$name.pid" "$RUN/started/$name"
    done
}
