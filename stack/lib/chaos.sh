# Two of each process on servers of their own behind proxies, for what Tests/chaos does to them.

chaos=$ROOT/Tests/chaos
second_ports=(KAFKA_PROXY_PORT POSTGRES_PROXY_PORT REDIS_PROXY_PORT S3_PROXY_PORT
    GATEWAY_1_PORT GATEWAY_2_PORT PROJECTOR_1_PORT PROJECTOR_2_PORT COMPRESSOR_1_PORT COMPRESSOR_2_PORT)
chaos_services=(gateway-{1,2} projector-{1,2} compressor-{1,2})

# Beside the ports of the servers. Clients of Kafka go where it says that it is: to its proxy.
choose_second_ports() {
    local chosen_ports="$KAFKA_PORT $KAFKA_CONTROLLER_PORT $POSTGRES_PORT $REDIS_PORT $S3_PORT $S3_PUBLIC_PORT" name
    for name in "${second_ports[@]}"; do
        free_port
        export "$name=${chosen_ports##* }"
    done
    export KAFKA_PORT POSTGRES_PORT REDIS_PORT S3_PORT BIN KAFKA_ADVERTISED_PORT=$KAFKA_PROXY_PORT
}

stop_chaos() {
    local status=$?
    stop "${chaos_services[@]}"
    stop "${SERVERS[@]}"
    exit "$status"
}

# run_chaos PROGRAM: with servers that are made for it.
run_chaos() {
    lock_run_directory
    trap stop_chaos EXIT
    trap 'exit 130' INT TERM
    stop "${chaos_services[@]}"
    stop "${SERVERS[@]}"
    wipe_run_directory
    choose_modes
    choose_ports
    choose_second_ports
    install_missing build
    build_release
    finish_installing
    [ "$broker_mode" = kafka ] || fail 'this needs Kafka itself, not the embedded broker'
    [ "$s3_mode" = versitygw ] || fail 'this needs VersityGW, not rclone'
    start_infrastructure
    # Bash would report each that is killed.
    disown -a
    with_environment env PYTHONDONTWRITEBYTECODE=1 python3 "$chaos/$1"
}
