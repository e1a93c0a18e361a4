# Apache Kafka in KRaft mode, one process that is broker and controller, its jars from Maven Central.

kafka_jars=$TOOLS/kafka-$KAFKA_VERSION

install_kafka() {
    [ ! -d "$kafka_jars" ] || [ "$ROOT/stack/kafka/pom.xml" -nt "$kafka_jars" ] || return 0
    say "Kafka $KAFKA_VERSION: fetching its jars"
    fetch_jars install-kafka "$ROOT/stack/kafka/pom.xml" "$kafka_jars" \
        -Dkafka.version="$KAFKA_VERSION" -Dlog4j.version="$LOG4J_VERSION"
}

# fetch_jars LOG POM DIRECTORY PROPERTY…: what the POM depends on. The plugin is named in full: looking for it by its
# prefix, Maven does not say why it found none.
fetch_jars() {
    local log=$1 pom=$2 directory=$3
    shift 3
    rm -rf "$directory" "$directory.new"
    quietly "$ROOT/.run/log/$log.log" mvn -q -B -f "$pom" "$@" -DoutputDirectory="$directory.new" \
        "org.apache.maven.plugins:maven-dependency-plugin:$MAVEN_DEPENDENCY_PLUGIN_VERSION:copy-dependencies" ||
        return 1
    mv "$directory.new" "$directory"
    touch "$directory"
}

has_java() {
    local version
    version=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p') && [ "${version:-0}" -ge "$JAVA_MINIMUM" ]
}

start_kafka() {
    local directory=$RUN/kafka
    mkdir -p "$directory"
    kafka_properties >"$directory/server.properties"
    if [ ! -e "$directory/data/meta.properties" ]; then
        quietly "$RUN/log/kafka-format.log" kafka_java kafka.tools.StorageTool format \
            -t "$(new_cluster_id)" -c "$directory/server.properties" || fail 'Kafka could not format its directory'
    fi
    launch kafka java -Xms256m -Xmx512m -cp "$kafka_jars/*" \
        -Dlog4j2.configurationFile="$ROOT/stack/kafka/log4j2.properties" kafka.Kafka "$directory/server.properties"
}

kafka_java() { java -Xmx256m -XX:TieredStopAtLevel=1 -cp "$kafka_jars/*" "$@"; }

# Sixteen random bytes in URL-safe base64, as `StorageTool random-uuid` prints them without a second Java start.
new_cluster_id() { echo "W$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | cut -c 2-22)"; }

kafka_properties() {
    cat <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$KAFKA_CONTROLLER_PORT
listeners=BROKER://127.0.0.1:$KAFKA_PORT,CONTROLLER://127.0.0.1:$KAFKA_CONTROLLER_PORT
advertised.listeners=BROKER://127.0.0.1:${KAFKA_ADVERTISED_PORT:-$KAFKA_PORT}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=BROKER
log.dirs=$RUN/kafka/data

# Log topics are made by 'warelog topics create' and by nothing else.
auto.create.topics.enable=false

# One broker: the internal topics cannot have the default three replicas.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1

# A group of one member need not wait three seconds for others; tests take short sessions.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
END
}
