# RUN/env: every address and credential of the running stack under the settings' own names.

# The secrets are made once for a run directory.
load_secrets() {
    mkdir -p "$RUN"
    if [ ! -e "$RUN/secrets" ]; then
        (
            umask 077
            printf 'DB_PASSWORD=%s\nS3_ACCESS_KEY=%s\nS3_SECRET_KEY=%s\n' \
                "$(random_hex 16)" "$(random_hex 10)" "$(random_hex 20)" >"$RUN/secrets"
        )
    fi
    grep -q '^SIGNING_KEY=' "$RUN/secrets" || printf 'SIGNING_KEY=%s\n' "$(random_hex 32)" >>"$RUN/secrets"
    . "$RUN/secrets"
    DB_USER=warelog DB_NAME=warelog S3_REGION=us-east-1 S3_BUCKET_NAME=product-images
}

random_hex() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

write_environment() {
    local public_port=$S3_PORT embedded=false programs=$BIN
    [ "$WARELOG_MACHINE" != root ] || write_wrappers
    [ "$s3_mode" != rclone ] || public_port=$S3_PUBLIC_PORT
    [ "$broker_mode" != embedded ] || embedded=true
    (
        umask 077
        {
            echo '# Written by the stack; for: . .run/env'
            setting PORT "$GATEWAY_PORT"
            setting PROJECTOR_PORT "$PROJECTOR_PORT"
            setting COMPRESSOR_PORT "$COMPRESSOR_PORT"
            setting BIND_ADDRESS 127.0.0.1
            setting SIGNING_KEY "$SIGNING_KEY"
            setting DB_HOST 127.0.0.1
            setting DB_PORT "$POSTGRES_PORT"
            setting DB_USER "$DB_USER"
            setting DB_PASSWORD "$DB_PASSWORD"
            setting DB_NAME "$DB_NAME"
            setting DB_SSLMODE disable
            setting REDIS_HOST 127.0.0.1
            setting REDIS_PORT "$REDIS_PORT"
            setting KAFKA_BROKERS "127.0.0.1:$KAFKA_PORT"
            setting KAFKA_EMBEDDED "$embedded"
            setting KAFKA_PARTITIONS "$KAFKA_PARTITIONS"
            setting S3_BUCKET_NAME "$S3_BUCKET_NAME"
            setting S3_REGION "$S3_REGION"
            setting S3_ACCESS_KEY "$S3_ACCESS_KEY"
            setting S3_SECRET_KEY "$S3_SECRET_KEY"
            setting S3_ENDPOINT "http://127.0.0.1:$S3_PORT"
            setting S3_PUBLIC_BASE_URL "http://127.0.0.1:$public_port/$S3_BUCKET_NAME"
            setting IMAGE_ALLOWED_NETWORKS 127.0.0.0/8
            setting WARELOG_SCHEMA_DIR "$ROOT/schema/postgres"
            setting PROJECTOR_INSTANCE_ID projector-1
            setting COMPRESSOR_INSTANCE_ID compressor-1
            setting WARELOG_URL "http://127.0.0.1:$GATEWAY_PORT"
            programs=$(quoted "$programs")
            echo "case \":\$PATH:\" in *:$programs:*) ;; *) export PATH=$programs:\"\$PATH\" ;; esac"
        } >"$RUN/env.new"
    )
    mv "$RUN/env.new" "$RUN/env"
}

# In a root of their own the programs can only be started there. From outside a small script enters it first.
write_wrappers() {
    local name
    programs=$RUN/bin
    mkdir -p "$programs"
    for name in "${EXECUTABLES[@]}"; do
        printf '#!/bin/sh\n[ -n "${WARELOG_MACHINE:-}" ] || exec %s %s "$@"\nexec %s "$@"\n' \
            "$(quoted "$ROOT/stack/machine")" "$(quoted "$BIN/$name")" "$(quoted "$BIN/$name")" >"$programs/$name"
    done
    chmod +x "$programs"/*
}

setting() { echo "export $1=$(quoted "$2")"; }

quoted() { printf "'%s'" "${1//\'/\'\\\'\'}"; }
