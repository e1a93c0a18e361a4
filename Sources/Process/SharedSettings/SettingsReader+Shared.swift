import Base
package import InternetAddress
package import Kafka
package import Postgres
package import Redis
package import S3
import Settings
package import Telemetry

/// Settings that several processes share, so that each has the same name everywhere.
extension SettingsReader {
    package mutating func postgres(applicationName: String) -> PostgresConfiguration {
        PostgresConfiguration(
            host: string("DB_HOST"), port: port("DB_PORT", default: 5432), user: string("DB_USER"),
            password: secret("DB_PASSWORD"), database: string("DB_NAME"),
            sslMode: choice("DB_SSLMODE", default: SSLMode.prefer).rawValue, applicationName: applicationName)
    }

    package mutating func redis() -> RedisConfiguration {
        RedisConfiguration(
            host: string("REDIS_HOST"), port: port("REDIS_PORT", default: 6379),
            password: value("REDIS_PASSWORD").map { Secret($0) })
    }

    /// Reads the settings of Kafka. librdkafka's messages go to `log`.
    package mutating func kafka(clientID: String, log: Log) -> KafkaConfiguration {
        KafkaConfiguration(
            brokers: string("KAFKA_BROKERS"), clientID: clientID,
            isEmbeddedBroker: boolean("KAFKA_EMBEDDED", default: false),
            onLog: { level, facility, message in
                // The levels are syslog's. Errors are 3 and below; librdkafka repeats them while a broker is away.
                if level <= 4 {
                    log.warning("librdkafka", ["facility": facility, "detail": message])
                } else {
                    log.debug("librdkafka", ["facility": facility, "detail": message])
                }
            },
            onTransientError: { error in log.warning("a Kafka client reports an error", ["error": "\(error)"]) })
    }

    package mutating func s3() -> S3Configuration {
        let endpoint = string("S3_ENDPOINT")
        let bucket = string("S3_BUCKET_NAME")
        return S3Configuration(
            endpoint: endpoint, region: string("S3_REGION", default: "us-east-1"), bucket: bucket,
            accessKey: string("S3_ACCESS_KEY"), secretKey: secret("S3_SECRET_KEY"),
            publicBaseURL: string("S3_PUBLIC_BASE_URL", default: "\(endpoint)/\(bucket)"))
    }

    /// The gateway, which accepts a picture, and the compressor, which decodes it, have to agree.
    package mutating func imageMaximumPixels() -> Int {
        integer("IMAGE_MAX_PIXELS", in: 1...1_000_000_000, default: 50_000_000)
    }

    package mutating func bindAddress() -> IPAddress {
        parsed("BIND_ADDRESS", default: .v4(0x7F00_0001), expected: "an IP address") { IPAddress($0) }
    }
}

private enum SSLMode: String, CaseIterable {
    case disable, allow, prefer, require
    case verifyCA = "verify-ca"
    case verifyFull = "verify-full"
}
