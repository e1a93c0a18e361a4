# Which ports the stack listens on.

is_listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A port below the range that the kernel gives to outgoing connections (ip(7), ip_local_port_range).
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 10000))
        [[ " $chosen_ports " != *" $port "* ]] || continue
        is_listening "$port" || break
    done
    chosen_ports+=" $port"
}

# The ports of versions.env are the defaults; a second stack beside the first takes free ones and keeps them (see
# stack.sh) for as long as its data.
choose_ports() {
    [ "$PORTS" != free ] || [ -e "$RUN/ports" ] || choose_free_ports
    # Another command may have chosen them while this one waited for the lock.
    # shellcheck source=/dev/null
    [ ! -e "$RUN/ports" ] || . "$RUN/ports"
}

choose_free_ports() {
    local chosen_ports='' name
    for name in GATEWAY_PORT PROJECTOR_PORT COMPRESSOR_PORT KAFKA_PORT KAFKA_CONTROLLER_PORT \
        POSTGRES_PORT REDIS_PORT S3_PORT S3_PUBLIC_PORT; do
        free_port
        echo "$name=${chosen_ports##* }"
    done >"$RUN/ports.new"
    mv "$RUN/ports.new" "$RUN/ports"
}

# listener PORT: the process that listens there, as far as this user may know (proc_pid_net(5): 0A is LISTEN).
listener() {
    local inode pid
    inode=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
        awk -v port="$(printf ':%04X' "$1")" '$4 == "0A" && $2 ~ port "$" { print $10; exit }')
    pid=$(find /proc/[0-9]*/fd -lname "socket:\[${inode:-none}\]" 2>/dev/null | head -n 1 | cut -d / -f 3) || true
    [ -n "$pid" ] && echo "process $pid ($(<"/proc/$pid/comm"))" || echo "another user's process"
}

require_free_port() {
    local variable=${1^^}_PORT
    ! is_listening "$2" || fail "The port $2 that $1 needs is taken by $(listener "$2"); set ${variable//-/_}" \
        "(make up ${variable//-/_}=$(($2 + 1))) or let free ones be found (make up PORTS=free)."
}
