# The checks of the API from outside: Schemathesis sends requests that it generates from the OpenAPI document, every
# example in docs/api.md and every call in examples/requests.http is run, and the proxies of deploy/ pass everything
# that they should.

schemathesis=$TOOLS/schemathesis/bin/schemathesis
contract=$ROOT/Tests/contract

install_schemathesis() {
    [ ! -x "$schemathesis" ] || [ "$contract/requirements.txt" -nt "$schemathesis" ] || return 0
    say 'Schemathesis: installing its wheels'
    rm -rf "$TOOLS/schemathesis"
    quietly "$ROOT/.run/log/install-schemathesis-venv.log" python3 -m venv "$TOOLS/schemathesis" || return 1
    quietly "$ROOT/.run/log/install-schemathesis.log" "$TOOLS/schemathesis/bin/pip" install --require-hashes \
        --only-binary :all: -r "$contract/requirements.txt" || return 1
    touch "$schemathesis"
}

# run_schemathesis ARGUMENT…: runs every phase and every check, and keeps nothing between runs.
run_schemathesis() (
    mkdir -p "$RUN/contract" && cd "$RUN/contract" || exit
    PYTHONPATH=$contract PYTHONDONTWRITEBYTECODE=1 "$schemathesis" --config-file "$contract/schemathesis.toml" \
        run "$ROOT/schema/openapi.json" --url "http://127.0.0.1:$GATEWAY_PORT" "$@"
)

# run_requests: those of examples/requests.http, which are all calls of the API.
run_requests() {
    with_environment env PYTHONDONTWRITEBYTECODE=1 \
        python3 "$contract/calls.py" "$ROOT/examples/requests.http" "$ROOT/schema/openapi.json"
}

# run_proxies: the configurations of deploy/, in front of the gateway.
run_proxies() {
    with_environment env PYTHONDONTWRITEBYTECODE=1 \
        python3 "$contract/proxies.py" "$ROOT/deploy/nginx/warelog.conf" "$ROOT/deploy/haproxy/haproxy.cfg"
}

# run_examples: those of docs/api.md, in a gateway with everything behind it.
run_examples() {
    with_environment env PYTHONDONTWRITEBYTECODE=1 python3 "$contract/examples.py" "$ROOT/docs/api.md"
}
