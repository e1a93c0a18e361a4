import Glibc
import HTTPServer
import InternetAddress
import Kafka
import Postgres
import Redis
import S3
import Service
import Settings
import Telemetry

/// All that the gateway is told from outside.
struct GatewaySettings: Sendable {
    let bindAddress: IPAddress
    let port: UInt16
    let loops: Int
    /// Of a document.
    let maximumBodyBytes: Int
    /// Of an uploaded image.
    let maximumUploadBytes: Int
    let maximumImagePixels: Int
    /// Uploads at once, in the whole process.
    let uploadConcurrency: Int
    /// How long a write waits for the fold's verdict.
    let verdictWait: Duration
    /// How long a read waits until it can show what its consistency token names.
    let consistencyWait: Duration
    /// Whether a write to a product has to say which version it is meant for.
    let requiresIfMatch: Bool
    /// How many clients may follow products at once.
    let maximumEventStreams: Int
    let limits: OverloadLimits
    /// Signs what clients hand back: cursors, tokens, ids of operations. The same for all gateways.
    let signingKey: SigningKey
    let postgres: PostgresConfiguration
    let redis: RedisConfiguration
    let kafka: KafkaConfiguration
    let s3: S3Configuration

    init(_ environment: [String: String], log: Log) throws(InvalidSettings) {
        var reader = SettingsReader(environment)
        bindAddress = reader.bindAddress()
        port = UInt16(reader.port("PORT", default: 8080))
        loops = reader.integer("GATEWAY_LOOPS", in: 1...64, default: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        maximumBodyBytes = reader.integer("MAXIMUM_BODY_BYTES", in: 1024...(64 << 20), default: 1 << 20)
        maximumUploadBytes = reader.integer("IMAGE_UPLOAD_MAX_BYTES", in: 1...(256 << 20), default: 20 << 20)
        maximumImagePixels = reader.imageMaximumPixels()
        uploadConcurrency = reader.integer("UPLOAD_CONCURRENCY", in: 1...1024, default: 8)
        verdictWait = .milliseconds(reader.integer("VERDICT_WAIT_MILLISECONDS", in: 0...60_000, default: 500))
        consistencyWait = .milliseconds(reader.integer("CONSISTENCY_WAIT_MILLISECONDS", in: 0...60_000, default: 2000))
        requiresIfMatch = reader.boolean("REQUIRE_IF_MATCH", default: false)
        maximumEventStreams = reader.integer("MAXIMUM_EVENT_STREAMS", in: 0...1_000_000, default: 1024)
        limits = OverloadLimits(&reader, largestBody: maximumBodyBytes)
        signingKey = SigningKey(reader.secret("SIGNING_KEY", minimumLength: SigningKey.minimumLength))
        postgres = reader.postgres(applicationName: "warelog gateway")
        redis = reader.redis()
        kafka = reader.kafka(clientID: "warelog-gateway", log: log)
        var s3 = reader.s3()
        // A client waits for the upload: it is told sooner than a compressor wants to know.
        s3.totalTimeout = .seconds(15)
        s3.undoTimeout = .seconds(5)
        self.s3 = s3
        try reader.finish()
    }

    /// What never reaches a handler is answered in the same form as everything else.
    func server(log: Log, _ connections: ConnectionBudget) -> HTTPServerConfiguration {
        var server = HTTPServerConfiguration(bindAddress: bindAddress, port: port)
        // Every handler has a limit of its own, and says so before it reads; this one is for what none of them reads.
        server.maximumBodyBytes = 1 << 30
        server.connections = connections
        server.headTimeout = limits.headTime
        server.transferTimeout = limits.bodyTime
        // Of a write nothing is read before there is a place for it.
        server.eagerBodyBytes = 0
        server.refusal = { status, detail in
            Problem(Problem.Kind(refusal: status), detail).response(status, traceID: TraceContext(nil).traceID)
        }
        server.onLog = { log.warning("http server", ["detail": $0]) }
        return server
    }
}
