import InternetAddress
import Kafka
import Postgres
import Redis
import Service
import Settings
import Telemetry

/// All that the projector is told from outside.
struct ProjectorSettings: Sendable {
    let bindAddress: IPAddress
    let port: Int
    /// A static member of the group gets its partitions back at once after a restart.
    let instanceID: String?
    /// More records than this in quarantine by one process: something is wrong with us, not with them.
    let quarantineLimit: Int
    let postgres: PostgresConfiguration
    let redis: RedisConfiguration
    let kafka: KafkaConfiguration

    init(_ environment: [String: String], log: Log) throws(InvalidSettings) {
        var reader = SettingsReader(environment)
        bindAddress = reader.bindAddress()
        port = reader.port("PROJECTOR_PORT", default: 8081)
        instanceID = reader.value("PROJECTOR_INSTANCE_ID")
        quarantineLimit = reader.integer("QUARANTINE_LIMIT", in: 1...1_000_000, default: 1000)
        postgres = reader.postgres(applicationName: "warelog projector")
        redis = reader.redis()
        kafka = reader.kafka(clientID: "warelog-projector", log: log)
        try reader.finish()
    }
}
