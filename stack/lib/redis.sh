# A private Redis that keeps nothing on disk: what it holds can always be read again from Postgres.

start_redis() {
    mkdir -p "$RUN/redis"
    launch redis redis-server --bind 127.0.0.1 --port "$REDIS_PORT" --dir "$RUN/redis" --save '' --appendonly no
}
