// swift-tools-version: 6.0
import PackageDescription

/// A C library of the system as a module: `Sources/<name>` holds its module map and shim.
func library(_ name: String, apt: String) -> Target {
    .systemLibrary(name: name, providers: [.apt([apt])])
}

let package = Package(
    name: "warelog",
    products: [
        .executable(name: "gateway", targets: ["Gateway"]),
        .executable(name: "projector", targets: ["Projector"]),
        .executable(name: "compressor", targets: ["Compressor"]),
        .executable(name: "warelog", targets: ["Warelog"]),
        .executable(name: "warelog-image-worker", targets: ["ImageWorker"]),
        .executable(name: "image-bench", targets: ["ImageBench"]),
        .executable(name: "embedded-broker", targets: ["EmbeddedBroker"]),
        .executable(name: "replay-bench", targets: ["ReplayBench"]),
        .executable(name: "replay-floor", targets: ["ReplayFloor"]),
    ],
    targets: [
        // One C library each.
        library("CLibuv", apt: "libuv1-dev"),
        library("CMicrohttpd", apt: "libmicrohttpd-dev"),
        library("CHiredis", apt: "libhiredis-dev"),
        library("CLibpq", apt: "libpq-dev"),
        library("CRdkafka", apt: "librdkafka-dev"),
        library("CLibcurl", apt: "libcurl4-openssl-dev"),
        library("CYYJSON", apt: "libyyjson-dev"),
        library("CLibcrypto", apt: "libssl-dev"),

        // Their wrappers: no C type leaves them.
        .target(name: "EventLoop", dependencies: ["CLibuv"]),
        .target(name: "CMicrohttpdRefusals", linkerSettings: [.linkedLibrary("microhttpd"), .linkedLibrary("dl")]),
        .target(
            name: "HTTPServer",
            dependencies: ["CMicrohttpd", "CMicrohttpdRefusals", "EventLoop", "HTTPMessages", "InternetAddress"]),
        .target(name: "Redis", dependencies: ["CHiredis", "EventLoop"]),
        .target(name: "Postgres", dependencies: ["CLibpq", "EventLoop"]),
        .target(name: "Kafka", dependencies: ["CRdkafka", "EventLoop"]),
        .target(name: "HTTPClient", dependencies: ["CLibcurl", "EventLoop", "HTTPMessages", "InternetAddress"]),
        .target(name: "JSON", dependencies: ["CYYJSON"]),
        .target(name: "Cryptography", dependencies: ["CLibcrypto"]),

        // What the network's modules share, and what stands on them. No C.
        .target(name: "InternetAddress"),
        .target(name: "HTTPMessages"),
        .target(name: "MultipartForm"),
        .target(name: "S3", dependencies: ["Cryptography", "HTTPClient", "HTTPMessages"]),

        // The facts and the fold.
        .target(name: "Events", dependencies: ["InternetAddress", "JSON"]),

        .target(name: "EventLog", dependencies: ["EventLoop", "Events", "Kafka"]),
        .target(name: "ProductCache", dependencies: ["Events", "Redis"]),

        // Pictures: the C that decodes and encodes them runs in a process of its own.
        .target(
            name: "CImaging",
            // Plain loops over pixels: what the compiler vectorises at this level is most of their speed.
            cSettings: [.unsafeFlags(["-O3"])],
            linkerSettings: [
                "jpeg", "png", "lcms2", "z", "deflate", "webp", "webpdemux", "crypto", "seccomp", "dl",
            ].map { .linkedLibrary($0) }),
        .target(name: "Imaging", dependencies: ["CImaging"]),
        .executableTarget(name: "ImageWorker", dependencies: ["Imaging"]),
        // The same in one process, measured: `make bench-images`.
        .target(
            name: "CImageBench", dependencies: ["CImaging"], path: "bench/images/CImageBench",
            linkerSettings: [.linkedLibrary("png"), .linkedLibrary("m")]),
        .executableTarget(
            name: "ImageBench", dependencies: ["CImageBench", "CImaging", "Imaging"], path: "bench/images/ImageBench"),

        // What every process of ours has.
        .target(name: "Settings"),
        .target(name: "Telemetry", dependencies: ["Events", "JSON"]),
        .target(
            name: "Service",
            dependencies: [
                "EventLog", "EventLoop", "Events", "HTTPMessages", "HTTPServer", "InternetAddress", "JSON", "Kafka",
                "Postgres", "Redis", "S3", "Settings", "Telemetry",
            ]),

        // What was: products folded from their own events.
        .target(name: "History", dependencies: ["EventLog", "Events", "JSON", "Postgres", "Service"]),

        // What the fold makes in Postgres.
        .target(name: "ReadModel", dependencies: ["EventLog", "EventLoop", "Events", "Kafka", "Postgres", "Service"]),

        // What an operator does with the log.
        .target(
            name: "Replay",
            dependencies: [
                "Cryptography", "EventLog", "EventLoop", "Events", "JSON", "Kafka", "Postgres", "ReadModel", "Service",
                "Telemetry",
            ]),

        // The processes. They never import one another: they meet in the events.
        .plugin(name: "EmbedDescription", capability: .buildTool()),
        .executableTarget(
            name: "Gateway",
            dependencies: [
                "Cryptography", "EventLog", "EventLoop", "Events", "History", "HTTPClient", "HTTPMessages", "HTTPServer",
                "InternetAddress", "JSON", "Kafka", "MultipartForm", "Postgres", "ProductCache", "Redis", "S3", "Service",
                "Settings", "Telemetry",
            ],
            plugins: ["EmbedDescription"]),
        .executableTarget(
            name: "Projector",
            dependencies: [
                "EventLog", "Events", "InternetAddress", "Kafka", "Postgres", "ProductCache", "ReadModel", "Redis",
                "Service", "Settings", "Telemetry",
            ]),
        .executableTarget(
            name: "Compressor",
            dependencies: [
                "Cryptography", "EventLog", "EventLoop", "Events", "HTTPClient", "HTTPMessages", "Imaging", "InternetAddress", "Kafka",
                "ProductCache", "Redis", "S3", "Service", "Settings", "Telemetry",
            ]),
        .executableTarget(
            name: "Warelog",
            dependencies: [
                "EventLog", "EventLoop", "Events", "History", "HTTPClient", "JSON", "Kafka", "Postgres", "ProductCache",
                "ReadModel", "Redis", "Replay", "S3", "Service", "Settings", "Telemetry",
            ]),
        .executableTarget(
            name: "EmbeddedBroker", linkerSettings: [.linkedLibrary("rdkafka"), .linkedLibrary("dl")]),

        // What replay is measured by.
        .target(name: "CBulkProducer", linkerSettings: [.linkedLibrary("rdkafka")]),
        .executableTarget(
            name: "ReplayBench", dependencies: ["CBulkProducer", "EventLog", "EventLoop", "Events", "JSON", "Kafka"]),
        .executableTarget(name: "ReplayFloor", linkerSettings: [.linkedLibrary("rdkafka")]),

        .testTarget(name: "EventLoopTests", dependencies: ["EventLoop"]),
        .testTarget(name: "PostgresTests", dependencies: ["Postgres", "EventLoop", "SeededRandom"]),
        .testTarget(name: "RedisTests", dependencies: ["Redis", "EventLoop"]),
        .testTarget(name: "InternetAddressTests", dependencies: ["InternetAddress"]),
        .target(
            name: "NetworkTesting", dependencies: ["EventLoop", "HTTPServer", "InternetAddress"],
            path: "Tests/NetworkTesting"),
        .testTarget(
            name: "HTTPServerTests",
            dependencies: ["HTTPServer", "HTTPClient", "HTTPMessages", "EventLoop", "InternetAddress", "NetworkTesting"]),
        .testTarget(
            name: "HTTPClientTests",
            dependencies: ["HTTPServer", "HTTPClient", "HTTPMessages", "EventLoop", "InternetAddress", "NetworkTesting"]),
        .testTarget(
            name: "S3Tests",
            dependencies: ["Cryptography", "S3", "HTTPServer", "HTTPClient", "HTTPMessages", "EventLoop", "NetworkTesting"]),
        .testTarget(name: "MultipartFormTests", dependencies: ["MultipartForm"]),
        .testTarget(name: "JSONTests", dependencies: ["JSON"]),
        .testTarget(name: "CryptographyTests", dependencies: ["Cryptography"]),
        .testTarget(name: "EventsTests", dependencies: ["Events", "JSON", "SeededRandom"], exclude: ["Golden"]),
        .target(name: "SeededRandom", path: "Tests/SeededRandom"),
        .target(
            name: "LogTesting",
            dependencies: ["EventLog", "Events", "Kafka", "Postgres", "ReadModel", "Replay", "SeededRandom"],
            path: "Tests/LogTesting"),
        .testTarget(
            name: "ReplayTests",
            dependencies: [
                "EventLog", "EventLoop", "Events", "JSON", "Kafka", "LogTesting", "Postgres", "ReadModel", "Replay",
                "SeededRandom",
            ],
            exclude: ["Golden"]),
        .testTarget(name: "KafkaTests", dependencies: ["Kafka", "KafkaTesting", "CRdkafkaMock", "EventLoop"]),
        .target(name: "KafkaTesting", dependencies: ["CRdkafkaMock"], path: "Tests/KafkaTesting"),
        .systemLibrary(name: "CRdkafkaMock", path: "Tests/CRdkafkaMock"),
        .target(
            name: "CImagingTestSupport", path: "Tests/CImagingTestSupport", cSettings: [.unsafeFlags(["-O3"])],
            linkerSettings: ["jpeg", "png", "webp", "lcms2"].map { .linkedLibrary($0) }),
        .testTarget(name: "ImagingTests", dependencies: ["Gateway", "Imaging", "CImagingTestSupport", "ImageWorker"]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "CImagingTestSupport", "Compressor", "EventLog", "EventLoop", "Events", "Gateway", "History", "HTTPClient",
                "HTTPMessages", "HTTPServer", "ImageWorker", "InternetAddress", "JSON", "Kafka", "KafkaTesting",
                "LogTesting", "NetworkTesting", "Postgres", "Projector", "Replay", "S3", "SeededRandom", "Service",
                "Settings", "Telemetry", "Warelog",
            ]),
        .testTarget(
            name: "HistoryTests", dependencies: ["EventLog", "EventLoop", "Events", "History", "JSON", "Kafka", "Warelog"]),
        .testTarget(name: "SettingsTests", dependencies: ["Settings"]),
        .testTarget(name: "TelemetryTests", dependencies: ["Events", "JSON", "Telemetry"]),
        .testTarget(
            name: "EventLogTests", dependencies: ["EventLog", "Events", "Kafka"]),
        .testTarget(
            name: "CompressorTests",
            dependencies: [
                "Compressor", "EventLoop", "Events", "HTTPClient", "HTTPMessages", "HTTPServer", "Imaging",
                "InternetAddress", "NetworkTesting", "S3", "Telemetry",
            ]),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Cryptography", "EventLog", "EventLoop", "Events", "Gateway", "History", "HTTPClient", "HTTPMessages",
                "HTTPServer", "JSON", "NetworkTesting", "Postgres", "S3", "Settings", "Telemetry",
            ]),
    ],
    swiftLanguageModes: [.v6]
)
