# The peer's jars, from Maven Central. Without them the peer is left out, and the reason is printed.

peer_jars=$TOOLS/peer-$CONNECT_VERSION-$DEBEZIUM_VERSION

install_peer() {
    [ ! -d "$peer_jars" ] || [ "$ROOT/bench/replay/peer/pom.xml" -nt "$peer_jars" ] || return 0
    if ! command -v mvn >/dev/null; then
        say 'the peer is left out: there is no Maven here to fetch it with'
        return 0
    fi
    say "Debezium's JDBC sink $DEBEZIUM_VERSION: fetching its jars"
    rm -rf "$peer_jars" "$peer_jars.new"
    if ! quietly "$ROOT/.run/log/install-peer.log" mvn -q -B -f "$ROOT/bench/replay/peer/pom.xml" \
        dependency:copy-dependencies -Dconnect.version="$CONNECT_VERSION" -Ddebezium.version="$DEBEZIUM_VERSION" \
        -Dlog4j.version="$LOG4J_VERSION" -Ddependency.plugin.version="$MAVEN_DEPENDENCY_PLUGIN_VERSION" \
        -DoutputDirectory="$peer_jars.new"; then
        say 'the peer is left out: its jars cannot be fetched'
        return 0
    fi
    mv "$peer_jars.new" "$peer_jars"
    touch "$peer_jars"
}
