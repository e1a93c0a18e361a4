# The peer's jars, from Maven Central. Without them the peer is left out, and the reason is printed.

peer_jars=$TOOLS/peer-$CONNECT_VERSION-$DEBEZIUM_VERSION

install_peer() {
    [ ! -d "$peer_jars" ] || [ "$ROOT/bench/replay/peer/pom.xml" -nt "$peer_jars" ] || return 0
    if ! command -v mvn >/dev/null; then
        say 'the peer is skipped: there is no Maven to fetch it with'
        return 0
    fi
    say "Debezium's JDBC sink $DEBEZIUM_VERSION: fetching its jars"
    fetch_jars install-peer "$ROOT/bench/replay/peer/pom.xml" "$peer_jars" -Dconnect.version="$CONNECT_VERSION" \
        -Ddebezium.version="$DEBEZIUM_VERSION" -Dlog4j.version="$LOG4J_VERSION" ||
        say 'the peer is skipped: its jars cannot be fetched'
}
