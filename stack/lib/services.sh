# The three services and the operator's steps around them.

# The operator's tool and the services read the settings that RUN/env gives.
with_environment() (
    # shellcheck source=/dev/null
    . "$RUN/env"
    "$@"
)

warelog() {
    local log=$RUN/log/warelog-${1}.log
    say "warelog $*"
    quietly "$log" with_environment "$BIN/warelog" "$@" || fail "warelog $* failed"
}

prepare_log_and_read_model() {
    warelog migrate
    warelog topics create
}

seed() { warelog seed; }

# By these programs, and since the servers that hold the data were started.
is_prepared() { is_newest "$RUN/prepared" "$built" "$RUN/kafka.pid" "$RUN/postgres.pid"; }

# After a new build the old programs would go on. The compressor keeps processes of the image worker.
stop_replaced_services() {
    local name replaced=()
    for name in "${SERVICES[@]}"; do
        is_running "$name" || continue
        is_newest "$RUN/$name.pid" "$BIN/$name" || replaced+=("$name")
    done
    if is_running compressor && ! is_newest "$RUN/compressor.pid" "$BIN/warelog-image-worker"; then
        replaced+=(compressor)
    fi
    [ "${#replaced[@]}" -eq 0 ] || say "restarting what was built again: ${replaced[*]}"
    stop "${replaced[@]}"
}

start_services() {
    local name
    for name in "${SERVICES[@]}"; do
        is_running "$name" && continue
        require_free_port "$name" "$(port_of "$name")"
        say "starting $name on port $(port_of "$name")"
        with_environment launch "$name" "$BIN/$name"
    done
    for name in "${SERVICES[@]}"; do
        await "$name" 30 is_ready "$(port_of "$name")"
    done
}

is_ready() { curl -sf -m 2 -o /dev/null "http://127.0.0.1:$1/readyz"; }

print_addresses() {
    local broker='Kafka' s3=VersityGW
    [ "$broker_mode" != embedded ] || broker='embedded broker'
    [ "$s3_mode" != rclone ] || s3=rclone
    cat <<END

  up after           $((EPOCHSECONDS - started)) s
  Warelog            http://127.0.0.1:$GATEWAY_PORT/products?user_id=1
  health, metrics    /readyz and /metrics on $GATEWAY_PORT (gateway), $PROJECTOR_PORT (projector),
                     $COMPRESSOR_PORT (compressor)
  servers            $broker $KAFKA_PORT, Postgres $POSTGRES_PORT, Redis $REDIS_PORT, S3 $S3_PORT ($s3)
  settings           . ${RUN#"$PWD"/}/env
  logs               ${RUN#"$PWD"/}/log/
  next               make demo, make down (stop), make reset (stop and wipe)
END
}
