import InternetAddress
import Kafka
import Postgres
import Redis
import Service
import Settings
import SharedSettings
import Telemetry

/// The settings of the projector.
struct ProjectorSettings: Sendable {
    let bindAddress: IPAddress
    let port: Int
    /// The id of a static member of the group, which gets its partitions back at once after a restart.
    let instanceID: String?
    /// The number of records that one process may put into quarantine: with more, the fault is probably in the program.
    let quarantineLimit: Int
    let postgres: PostgresConfiguration
    let redis: RedisConfiguration
    let kafka: KafkaConfiguration

    init(_ environment: SettingValues, log: Log) throws(InvalidSettings) {
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
