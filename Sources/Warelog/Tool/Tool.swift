import EventLoop
import Kafka
import Postgres
import Redis
import Replay
import Service
import Settings
import SharedSettings
import Telemetry

/// The loop and the settings that a command works with.
struct Tool: Sendable {
    let loop: EventLoop
    let settings: ToolSettings

    var files: SchemaFiles { SchemaFiles(directory: settings.schemaDirectory) }
}

/// The settings of the tool, besides its arguments.
struct ToolSettings: Sendable {
    let postgres: PostgresConfiguration
    let kafka: KafkaConfiguration
    let redis: RedisConfiguration
    /// The partition count of topics that are created.
    let partitions: Int32
    let replicationFactor: Int
    /// The directory of the migrations.
    let schemaDirectory: String
    /// The environment, for settings that only some commands need.
    let environment: SettingValues

    init(_ environment: SettingValues) throws(InvalidSettings) {
        var reader = SettingsReader(environment)
        postgres = reader.postgres(applicationName: "warelog")
        // While a broker is unavailable, the command's own error says so.
        kafka = reader.kafka(
            clientID: "warelog", log: Log(service: "warelog", minimum: .error, now: WallClock.now) { _ in })
        redis = reader.redis()
        partitions = Int32(reader.integer("KAFKA_PARTITIONS", in: 1...10_000, default: 12))
        replicationFactor = reader.integer("KAFKA_REPLICATION_FACTOR", in: 1...100, default: 1)
        schemaDirectory = reader.string("WARELOG_SCHEMA_DIR", default: "schema/postgres")
        self.environment = environment
        try reader.finish()
    }
}
