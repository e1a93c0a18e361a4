# The four servers: Kafka, Postgres, Redis, S3. Started at once, then waited for.

start_infrastructure() {
    load_secrets
    write_environment
    start_server kafka "$(broker_starter)"
    start_server postgres start_postgres
    start_server redis start_redis
    start_server s3 "start_$s3_mode"
    [ "$s3_mode" != rclone ] || start_server s3-public start_rclone_public
    await_server postgres 30
    await_server redis 20
    await_server s3 20
    [ "$s3_mode" != rclone ] || await_server s3-public 20
    await_server kafka 60
}

broker_starter() {
    case $broker_mode in
        kafka) echo start_kafka ;;
        embedded) echo start_embedded_broker ;;
    esac
}

start_server() {
    local name=$1 starter=$2 what=${2#start_}
    ! is_running "$name" || return 0
    require_free_port "$name" "$(port_of "$name")"
    say "starting ${what//_/ } on port $(port_of "$name")"
    "$starter"
}

await_server() { await "$1" "$2" is_listening "$(port_of "$1")"; }

# Asked before anything is installed or built, not minutes later.
require_free_ports() {
    local name
    for name in "$@"; do
        is_running "$name" || require_free_port "$name" "$(port_of "$name")"
    done
}

port_of() {
    case $1 in
        kafka) echo "$KAFKA_PORT" ;;
        postgres) echo "$POSTGRES_PORT" ;;
        redis) echo "$REDIS_PORT" ;;
        s3) echo "$S3_PORT" ;;
        s3-public) echo "$S3_PUBLIC_PORT" ;;
        gateway) echo "$GATEWAY_PORT" ;;
        projector) echo "$PROJECTOR_PORT" ;;
        compressor) echo "$COMPRESSOR_PORT" ;;
    esac
}

warn_of_stand_ins() {
    [ "$broker_mode" != embedded ] || warn_of_embedded_broker
    [ "$s3_mode" != rclone ] || warn_of_rclone
}
