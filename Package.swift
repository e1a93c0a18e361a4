// swift-tools-version: 6.0
import PackageDescription

// MARK: - Small concepts that every floor uses. No I/O, no C, no other module.

let base: [Target] = [.target(name: "Base")]

// MARK: - The story: facts and fold, and the processes, which never import one another: they meet in the events.

let story: [Target] = [
    .target(name: "Events", dependencies: ["InternetAddress", "JSON"]),
    .executableTarget(
        name: "Gateway",
        dependencies: [
            "Base", "Cryptography", "EventLog", "EventLoop", "Events", "History", "HTTPClient", "HTTPMessages",
            "HTTPServer", "ImageHeaders", "InternetAddress", "JSON", "Kafka", "MultipartForm", "Postgres",
            "ProductCache", "Redis", "S3", "Service", "Settings", "SharedSettings", "Tables", "Telemetry",
        ],
        plugins: ["EmbedDescription"]),
    .plugin(name: "EmbedDescription", capability: .buildTool(), dependencies: ["DescriptionGenerator"]),
    .executableTarget(
        name: "DescriptionGenerator", dependencies: ["Cryptography", "JSON"], path: "Plugins/DescriptionGenerator"),
    .executableTarget(
        name: "Projector",
        dependencies: [
            "Base", "EventLog", "EventLoop", "Events", "InternetAddress", "Kafka", "Postgres", "ProductCache",
            "ReadModel", "Redis", "Service", "Settings", "SharedSettings", "Tables", "Telemetry",
        ]),
    .executableTarget(
        name: "Compressor",
        dependencies: [
            "Base", "Cryptography", "EventLog", "EventLoop", "Events", "HTTPClient", "HTTPMessages", "Imaging",
            "InternetAddress", "Kafka", "ProductCache", "Redis", "S3", "Service", "Settings", "SharedSettings",
            "Telemetry",
        ]),
    .executableTarget(
        name: "Warelog",
        dependencies: [
            "Base", "EventLog", "EventLoop", "Events", "History", "HTTPClient", "JSON", "Kafka", "Postgres",
            "ProductCache", "ReadModel", "Redis", "Replay", "S3", "Service", "Settings", "SharedSettings",
            "Tables", "Telemetry",
        ]),
]

// MARK: - What the log and the databases hold.

let model: [Target] = [
    room("EventLog", in: "Model", ["EventLoop", "Events", "Kafka"]),
    room("Tables", in: "Model", ["EventLog", "EventLoop", "Events", "Kafka", "Postgres"]),
    room("ReadModel", in: "Model", ["EventLog", "Events", "Kafka", "Postgres", "Tables"]),
    room("History", in: "Model", ["EventLog", "Events", "JSON", "Postgres", "Tables"]),
    room(
        "Replay", in: "Model",
        [
            "Base", "Cryptography", "EventLog", "EventLoop", "Events", "JSON", "Kafka", "Postgres", "ReadModel",
            "Tables", "Telemetry",
        ]),
    room("ProductCache", in: "Model", ["Base", "Events", "Redis"]),
]

// MARK: - Pictures: the C that decodes and encodes them runs in a process of its own.

let imaging: [Target] = [
    room("ImageHeaders", in: "Imaging", ["CImageHeaders"]),
    room("CImageHeaders", in: "Imaging", []),
    room("Imaging", in: "Imaging", ["CImaging", "ImageHeaders"]),
    .target(
        name: "CImaging", dependencies: ["CImageHeaders"], path: "Sources/Imaging/CImaging",
        // Plain loops over pixels: what the compiler vectorises at this level is most of their speed.
        cSettings: [.unsafeFlags(["-O3"]), .headerSearchPath(".")],
        linkerSettings: linked(
            "jpeg", "png", "lcms2", "z", "deflate", "webp", "webpdemux", "crypto", "seccomp", "dl")),
    .executableTarget(name: "ImageWorker", dependencies: ["Imaging"], path: "Sources/Imaging/ImageWorker"),
]

// MARK: - The frame of a process.

let process: [Target] = [
    room(
        "Service", in: "Process",
        [
            "Base", "EventLoop", "Events", "HTTPMessages", "HTTPServer", "InternetAddress", "JSON", "Settings",
            "Telemetry",
        ]),
    room("Settings", in: "Process", ["Base", "YAML"]),
    room(
        "SharedSettings", in: "Process",
        ["Base", "InternetAddress", "Kafka", "Postgres", "Redis", "S3", "Settings", "Telemetry"]),
    room("Telemetry", in: "Process", ["Events", "JSON"]),
]

// MARK: - One wrapper for each C library, and what stands on them. No C type appears in their API.

let adapters: [Target] = [
    room("EventLoop", in: "Adapters", ["Base", "CLibuv"]),
    room(
        "HTTPServer", in: "Adapters",
        ["CMicrohttpd", "CMicrohttpdRefusals", "EventLoop", "HTTPMessages", "InternetAddress"]),
    room("HTTPClient", in: "Adapters", ["Base", "CLibcurl", "EventLoop", "HTTPMessages", "InternetAddress"]),
    room("HTTPMessages", in: "Adapters", []),
    room("InternetAddress", in: "Adapters", []),
    room("MultipartForm", in: "Adapters", []),
    room("S3", in: "Adapters", ["Base", "Cryptography", "HTTPClient", "HTTPMessages"]),
    room("Kafka", in: "Adapters", ["Base", "CRdkafka", "EventLoop"]),
    room("Postgres", in: "Adapters", ["Base", "CLibpq", "EventLoop"]),
    room("Redis", in: "Adapters", ["Base", "CHiredis", "EventLoop"]),
    room("JSON", in: "Adapters", ["Base", "CYYJSON"]),
    room("YAML", in: "Adapters", ["CLibyaml"]),
    room("Cryptography", in: "Adapters", ["Base", "CLibcrypto"]),
]

// MARK: - The C libraries of the system: each folder holds a module map and a shim.

let system: [Target] = [
    library("CHiredis", apt: "libhiredis-dev"),
    library("CLibcrypto", apt: "libssl-dev"),
    library("CLibcurl", apt: "libcurl4-openssl-dev"),
    library("CLibpq", apt: "libpq-dev"),
    library("CLibuv", apt: "libuv1-dev"),
    library("CMicrohttpd", apt: "libmicrohttpd-dev"),
    library("CRdkafka", apt: "librdkafka-dev"),
    library("CLibyaml", apt: "libyaml-dev"),
    library("CYYJSON", apt: "libyyjson-dev"),
    .target(
        name: "CMicrohttpdRefusals", path: "Sources/System/CMicrohttpdRefusals",
        linkerSettings: linked("microhttpd", "dl")),
]

// MARK: - What the local stack runs, and what is measured by `make bench-images` and `make bench-replay`.

let stack: [Target] = [
    .executableTarget(
        name: "EmbeddedBroker", path: "stack/EmbeddedBroker", linkerSettings: linked("rdkafka", "dl"))
]

let benches: [Target] = [
    .executableTarget(
        name: "ImageBench", dependencies: ["CImageBench", "CImaging", "Imaging"], path: "bench/images/ImageBench"),
    .target(
        name: "CImageBench", dependencies: ["CImaging"], path: "bench/images/CImageBench",
        linkerSettings: linked("png", "m")),
    .executableTarget(
        name: "ReplayBench",
        dependencies: ["CBulkProducer", "EventLog", "EventLoop", "Events", "JSON", "Kafka", "SeededRandom"],
        path: "bench/replay/ReplayBench"),
    .executableTarget(name: "ReplayFloor", path: "bench/replay/ReplayFloor", linkerSettings: linked("rdkafka")),
    .target(name: "CBulkProducer", path: "bench/replay/CBulkProducer", linkerSettings: linked("rdkafka")),
]

// MARK: - Tests.

let testSupport: [Target] = [
    room("SeededRandom", in: "Tests", []),
    room("NetworkTesting", in: "Tests", ["EventLoop", "HTTPServer", "InternetAddress"]),
    room("KafkaTesting", in: "Tests", ["CRdkafkaMock"]),
    room(
        "LogTesting", in: "Tests",
        ["EventLog", "Events", "Kafka", "Postgres", "ReadModel", "Replay", "SeededRandom"]),
    .systemLibrary(name: "CRdkafkaMock", path: "Tests/CRdkafkaMock"),
    .target(
        name: "CImagingTestSupport", path: "Tests/CImagingTestSupport", cSettings: [.unsafeFlags(["-O3"])],
        linkerSettings: linked("jpeg", "png", "webp", "lcms2")),
]

let tests: [Target] = [
    test("BaseTests", ["Base"]),
    test("EventsTests", ["Events", "JSON", "SeededRandom"], exclude: ["Golden"]),
    test(
        "GatewayTests",
        [
            "Base", "Cryptography", "DescriptionGenerator", "EventLog", "EventLoop", "Events", "Gateway",
            "History", "HTTPClient", "HTTPMessages", "HTTPServer", "ImageHeaders", "JSON", "NetworkTesting",
            "Postgres", "S3", "Telemetry",
        ]),
    test(
        "CompressorTests",
        [
            "Compressor", "EventLoop", "Events", "HTTPClient", "HTTPMessages", "Imaging",
            "InternetAddress", "NetworkTesting", "S3", "Settings", "Telemetry",
        ]),
    test("EventLogTests", ["EventLog", "Events", "Kafka"]),
    test("HistoryTests", ["EventLog", "EventLoop", "Events", "History", "JSON", "Kafka", "Warelog"]),
    test(
        "ReplayTests",
        [
            "EventLog", "EventLoop", "Events", "JSON", "Kafka", "LogTesting", "ReadModel", "Replay",
            "SeededRandom",
        ],
        exclude: ["Golden"]),
    test(
        "ImagingTests", ["CImagingTestSupport", "ImageHeaders", "ImageWorker", "Imaging", "SeededRandom"],
        isOptimised: true),
    test("ServiceTests", ["EventLoop", "Service", "Telemetry"]),
    test("SettingsTests", ["Base", "Settings"]),
    test("TelemetryTests", ["Events", "JSON", "Telemetry"]),
    test("EventLoopTests", ["EventLoop"]),
    test(
        "HTTPServerTests",
        ["HTTPServer", "HTTPClient", "HTTPMessages", "EventLoop", "InternetAddress", "NetworkTesting"]),
    test(
        "HTTPClientTests",
        ["Base", "EventLoop", "HTTPClient", "HTTPMessages", "HTTPServer", "InternetAddress", "NetworkTesting"]),
    test("InternetAddressTests", ["InternetAddress"]),
    test("MultipartFormTests", ["MultipartForm"]),
    test(
        "S3Tests",
        [
            "Base", "Cryptography", "EventLoop", "HTTPClient", "HTTPMessages", "HTTPServer", "NetworkTesting",
            "S3",
        ]),
    test("KafkaTests", ["Kafka", "KafkaTesting", "CRdkafkaMock", "EventLoop"]),
    test("PostgresTests", ["Base", "CLibpq", "EventLoop", "NetworkTesting", "Postgres", "SeededRandom"]),
    test("RedisTests", ["Base", "EventLoop", "NetworkTesting", "Redis"]),
    test("JSONTests", ["JSON"]),
    test("YAMLTests", ["YAML"]),
    test("CryptographyTests", ["Base", "Cryptography"]),
    test(
        "EndToEndTests",
        [
            "Base", "CImagingTestSupport", "Compressor", "EventLog", "EventLoop", "Events", "Gateway", "History",
            "HTTPClient", "HTTPMessages", "HTTPServer", "ImageWorker", "InternetAddress", "JSON", "Kafka",
            "KafkaTesting", "LogTesting", "NetworkTesting", "Postgres", "ProductCache", "Projector", "Redis",
            "Replay", "S3", "SeededRandom", "Service", "Settings", "Tables", "Telemetry", "Warelog",
        ]),
]

// MARK: - The package: all of these, and the executables by the names that a user types.

let executables: KeyValuePairs = [
    "gateway": "Gateway", "projector": "Projector", "compressor": "Compressor", "warelog": "Warelog",
    "warelog-image-worker": "ImageWorker", "embedded-broker": "EmbeddedBroker", "image-bench": "ImageBench",
    "replay-bench": "ReplayBench", "replay-floor": "ReplayFloor",
]

let package = Package(
    name: "warelog",
    products: executables.map { .executable(name: $0.key, targets: [$0.value]) },
    targets: base + story + model + imaging + process + adapters + system + stack + benches + testSupport + tests,
    swiftLanguageModes: [.v6]
)

// WARELOG_ONLY=EventsTests leaves that target and what it needs: a build with other flags, as for coverage, is small.
if let name = Context.environment["WARELOG_ONLY"] {
    package.products = []
    package.targets = dependencies(of: [name], among: package.targets)
}

// Rules of later versions of Swift. Swift 6.0 has the last of them as an experiment.
var rules: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
]
#if compiler(>=6.1)
rules.append(.enableUpcomingFeature("MemberImportVisibility"))
#else
rules.append(.enableExperimentalFeature("MemberImportVisibility"))
#endif
for target in package.targets where target.type != .system && target.type != .plugin {
    target.swiftSettings = (target.swiftSettings ?? []) + rules
}

// MARK: - Abbreviations.

/// A module in a folder of its own: `Sources/<floor>/<name>`, or `Tests/<name>` for what tests share.
func room(_ name: String, in floor: String, _ dependencies: [Target.Dependency]) -> Target {
    let path = floor == "Tests" ? "Tests/\(name)" : "Sources/\(floor)/\(name)"
    return .target(name: name, dependencies: dependencies, path: path)
}

/// A C library of the system as a module: `Sources/System/<name>` holds its module map and shim.
func library(_ name: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "Sources/System/\(name)", providers: [.apt([apt])])
}

/// A module of tests: `Tests/<name>`. It is built faster without optimisation; tests that calculate much have it.
func test(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], isOptimised: Bool = false
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: exclude,
        swiftSettings: isOptimised ? [] : [.unsafeFlags(["-Onone"])])
}

/// The targets of these names and everything that they depend on.
func dependencies(of names: Set<String>, among targets: [Target]) -> [Target] {
    let found = targets.filter { names.contains($0.name) }
    let needed = found.flatMap(\.dependencies).compactMap { dependency -> String? in
        if case .byNameItem(let name, _) = dependency { name } else { nil }
    }
    let all = names.union(needed)
    return all == names ? found : dependencies(of: all, among: targets)
}

func linked(_ libraries: String...) -> [LinkerSetting] { libraries.map { .linkedLibrary($0) } }
