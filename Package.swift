// swift-tools-version: 6.0
import PackageDescription

/// A C library of the system as a module: `Sources/<name>` holds its module map and shim.
func library(_ name: String, apt: String) -> Target {
    .systemLibrary(name: name, providers: [.apt([apt])])
}

let package = Package(
    name: "warelog",
    products: [






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

        // Their wrappers: no C type leaves them.
        .target(name: "EventLoop", dependencies: ["CLibuv"]),
        .target(name: "HTTPServer", dependencies: ["CMicrohttpd", "EventLoop"]),
        .target(name: "Redis", dependencies: ["CHiredis", "EventLoop"]),
        .target(name: "Postgres", dependencies: ["CLibpq", "EventLoop"]),
        .target(name: "Kafka", dependencies: ["CRdkafka", "EventLoop"]),
        .target(name: "HTTPClient", dependencies: ["CLibcurl", "EventLoop"]),
        .target(name: "JSON", dependencies: ["CYYJSON"]),

        // The facts and the fold.
        .target(name: "Events", dependencies: ["JSON"]),

        .testTarget(name: "EventLoopTests", dependencies: ["EventLoop"]),
        .testTarget(name: "PostgresTests", dependencies: ["Postgres", "EventLoop"]),
        .testTarget(name: "RedisTests", dependencies: ["Redis", "EventLoop"]),
        .testTarget(name: "JSONTests", dependencies: ["JSON"]),
        .testTarget(name: "EventsTests", dependencies: ["Events"]),
    ],
    swiftLanguageModes: [.v6]
)
