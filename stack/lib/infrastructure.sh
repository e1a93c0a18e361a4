# The four servers: Kafka, Postgres, Redis, S3. Started at once, then waited for.

start_infrastructure() {
    [ "$PORTS" = fixed ] || choose_free_ports
    load_secrets
    write_environment
    is_running kafka || start_server kafka "$KAFKA_PORT" "$(broker_starter)"
    is_running postgres || start_server postgres "$POSTGRES_PORT" start_postgres
    is_running redis || start_server redis "$REDIS_PORT" start_redis
    is_running s3 || start_server s3 "$S3_PORT" "start_$s3_mode"
    if [ "$s3_mode" = rclone ]; then
        is_running s3-public || start_server s3-public "$S3_PUBLIC_PORT" start_rclone_public
        await s3-public 20 is_listening "$S3_PUBLIC_PORT"
    fi
    await postgres 30 is_listening "$POSTGRES_PORT"
    await redis 20 is_listening "$REDIS_PORT"
    await s3 20 is_listening "$S3_PORT"
    await kafka 60 is_listening "$KAFKA_PORT"
}

broker_starter() {
    case $broker_mode in
        kafka) echo start_kafka ;;
        embedded) echo start_embedded_broker ;;
    esac
}

start_server() {
    require_free_port "$1" "$2"
    say "starting $1 on port $2"
    "$3"
}

warn_of_stand_ins() {
    [ "$broker_mode" != embedded ] || warn_of_embedded_broker
    [ "$s3_mode" != rclone ] || warn_of_rclone
}
