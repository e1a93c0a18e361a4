# The stand-in for a machine that cannot fetch Kafka: stack/EmbeddedBroker, librdkafka's mock cluster.

start_embedded_broker() {
    forget_what_a_lost_log_said
    launch kafka "$BIN/embedded-broker" --port "$KAFKA_PORT" \
        --topic "products.events:$KAFKA_PARTITIONS" --topic "users.events:$KAFKA_PARTITIONS" \
        --topic "products.dead-letters:$KAFKA_PARTITIONS"
    touch "$RUN/embedded-broker-ran"
}

# Its log is in memory, so each start begins a new log, and a read model of the previous log would be wrong.
forget_what_a_lost_log_said() {
    [ -e "$RUN/embedded-broker-ran" ] || return 0
    say 'embedded broker: the log of the last run is lost, so the read model in Postgres and Redis is deleted too'
    stop gateway projector compressor
    stop postgres redis
    rm -rf "$RUN/postgres" "$RUN/redis"
}

warn_of_embedded_broker() {
    cat <<'END'
stack: **********************************************************************************************
stack: * The broker is NOT Kafka but the embedded stand-in (librdkafka's mock cluster). It keeps    *
stack: * its log in memory, 5 MiB per partition, and loses it when it stops; it has no fencing, no  *
stack: * de-duplication and no admin API. Good for trying the service, not as evidence of anything  *
stack: * about delivery. For the real one: make reset && make up BROKER=kafka                       *
stack: **********************************************************************************************
END
}
