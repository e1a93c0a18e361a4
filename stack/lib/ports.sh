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
    local chosen_ports='' name
    [ "$PORTS" = free ] && [ ! -e "$RUN/ports" ] || return 0
    for name in GATEWAY_PORT PROJECTOR_PORT COMPRESSOR_PORT KAFKA_PORT KAFKA_CONTROLLER_PORT \
        POSTGRES_PORT REDIS_PORT S3_PORT S3_PUBLIC_PORT; do
        free_port
        echo "$name=${chosen_ports##* }"
    done >"$RUN/ports"
    # shellcheck source=/dev/null
    . "$RUN/ports"
}

require_free_port() {
    ! is_listening "$2" || fail "port $2 is taken by a process that is not ours, $1 needs it: set another in stack/versions.env, or: make up PORTS=free"
}
