# The S3 server: VersityGW, or rclone where Go modules cannot be had. Both keep a bucket as a directory in $RUN/s3.

versitygw=$TOOLS/versitygw-$VERSITYGW_VERSION
rclone=$TOOLS/rclone/bin/rclone

# It may have been begun before, beside the packages (see root.sh): then that is waited for.
install_versitygw() (
    mkdir -p "$TOOLS/go-bin"
    exec 7>"$TOOLS/versitygw.lock"
    flock 7
    [ ! -x "$versitygw" ] || exit 0
    say "VersityGW $VERSITYGW_VERSION: building it with go install"
    # GOTOOLCHAIN=auto: a Go that is older than VersityGW asks for fetches the one it needs. What debuggers would read
    # is a quarter of the work.
    quietly "$ROOT/.run/log/install-versitygw.log" env GOBIN="$TOOLS/go-bin" GOTOOLCHAIN=auto CGO_ENABLED=0 \
        go install -ldflags=-w -gcflags=all=-dwarf=false \
        "github.com/versity/versitygw/cmd/versitygw@$VERSITYGW_VERSION" || exit 1
    mv "$TOOLS/go-bin/versitygw" "$versitygw"
)

has_go() {
    local version
    version=$(go env GOVERSION 2>/dev/null) && is_at_least "$GO_MINIMUM" "${version#go}"
}

install_rclone() {
    [ ! -x "$rclone" ] || [ "$ROOT/stack/s3/requirements.txt" -nt "$rclone" ] || return 0
    say 'rclone: installing its wheel'
    rm -rf "$TOOLS/rclone"
    quietly "$ROOT/.run/log/install-rclone-venv.log" python3 -m venv "$TOOLS/rclone" || return 1
    quietly "$ROOT/.run/log/install-rclone.log" "$TOOLS/rclone/bin/pip" install --require-hashes \
        -r "$ROOT/stack/s3/requirements.txt" || return 1
    touch "$rclone"
}

has_python() { python3 -c 'import venv, ensurepip' 2>/dev/null; }

start_versitygw() {
    local backend=(posix "$RUN/s3")
    mkdir -p "$RUN/s3"
    # It keeps content types and policies in extended attributes, or in files beside where there are none.
    if ! setfattr -n user.warelog -v probe "$RUN/s3" 2>/dev/null; then
        mkdir -p "$RUN/s3-attributes"
        backend=(posix --sidecar "$RUN/s3-attributes" "$RUN/s3")
    fi
    ROOT_ACCESS_KEY=$S3_ACCESS_KEY ROOT_SECRET_KEY=$S3_SECRET_KEY launch s3 "$versitygw" \
        --port "127.0.0.1:$S3_PORT" --region "$S3_REGION" --health /health --quiet "${backend[@]}"
}

# It has no bucket policies: a second process shows the compressed images to everyone, read-only.
start_rclone() {
    mkdir -p "$RUN/s3"
    # The variable holds a list in CSV, and one entry of it is "key,secret".
    RCLONE_AUTH_KEY="\"$S3_ACCESS_KEY,$S3_SECRET_KEY\"" launch s3 "$rclone" --config /dev/null \
        serve s3 --addr "127.0.0.1:$S3_PORT" "$RUN/s3"
}

start_rclone_public() {
    launch s3-public "$rclone" --config /dev/null \
        serve http --addr "127.0.0.1:$S3_PUBLIC_PORT" --read-only --dir-cache-time 0s \
        --include '/*/images/**' "$RUN/s3"
}

warn_of_rclone() {
    say 'the S3 server is rclone, not VersityGW: it checks signatures but no body hashes and knows no bucket policies;'
    say 'a second process serves the objects to everyone.'
}
