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
        .target(name: "HTTPServer", dependencies: ["CMicrohttpd", "EventLoop", "HTTPMessages", "InternetAddress"]),
        .target(name: "Redis", dependencies: ["CHiredis", "EventLoop"]),
        .target(name: "Postgres", dependencies: ["CLibpq", "EventLoop"]),
        .target(name: "Kafka", dependencies: ["CRdkafka", "EventLoop"]),
        .target(name: "HTTPClient", dependencies: ["CLibcurl", "EventLoop", "HTTPMessages", "InternetAddress"]),
        .target(name: "JSON", dependencies: ["CYYJSON"]),

        // What the network's modules share, and what stands on them. No C.
        .target(name: "InternetAddress"),
        .target(name: "HTTPMessages"),
        .target(name: "S3", dependencies: ["HTTPClient", "HTTPMessages"]),

        // The facts and the fold.
        .target(name: "Events", dependencies: ["JSON"]),

        .testTarget(name: "EventLoopTests", dependencies: ["EventLoop"]),
        .testTarget(name: "InternetAddressTests", dependencies: ["InternetAddress"]),
        .target(
            name: "NetworkTesting", dependencies: ["EventLoop", "HTTPServer"], path: "Tests/NetworkTesting"),
        .testTarget(
            name: "HTTPServerTests",
            dependencies: ["HTTPServer", "HTTPClient", "HTTPMessages", "EventLoop", "InternetAddress", "NetworkTesting"]),
        .testTarget(
            name: "HTTPClientTests",
            dependencies: ["HTTPServer", "HTTPClient", "HTTPMessages", "EventLoop", "InternetAddress", "NetworkTesting"]),
        .testTarget(
            name: "S3Tests",
            dependencies: ["S3", "HTTPServer", "HTTPClient", "HTTPMessages", "EventLoop", "NetworkTesting"]),
        .testTarget(name: "JSONTests", dependencies: ["JSON"]),
        .testTarget(name: "EventsTests", dependencies: ["Events"]),
    ],
    swiftLanguageModes: [.v6]
)
