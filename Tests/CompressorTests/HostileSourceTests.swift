import EventLoop
import HTTPClient
import InternetAddress
import NetworkTesting
import Settings
import Synchronization
import Telemetry
import Testing

@testable import Compressor
@testable import S3

/// Sources that try to reach our network or to keep us busy. The test plays the server, and its names lead anywhere.
@Suite(.timeLimit(.minutes(20)))
struct HostileSourceTests {
    /// Returns the reason why `path` of the server could not be fetched, or nil if it was fetched. `%` in paths and
    /// answers stands for the server's port. Only 127.0.0.1 may be reached; names resolve as a DNS server might answer.
    private func fetch(
        _ url: String, settings: [String: String] = [:],
        _ script: @escaping @Sendable (RawConnection, _ head: String, _ port: UInt16) async throws -> Void
    ) throws -> String? {
        try onLoop { loop in
            let server = try RawServer(on: loop)
            var web = HTTPClientConfiguration()
            web.userAgent = "agent/1"
            for (host, addresses) in Self.names {
                web.fixedNames.append(.init(host: host, port: server.port, addresses: addresses))
            }
            // At the next look-up the name leads elsewhere: libcurl keeps names by port.
            web.fixedNames.append(.init(host: "good.example", port: Self.otherPort, addresses: [.v4(0x7F00_0002)]))
            let client = try HTTPClient(loop: loop, configuration: web)
            defer { client.close() }
            let log = Log(service: "test", minimum: .error, now: WallClock.now) { _ in }
            let all = try CompressorSettings(SettingValues(Self.settings.merging(settings) { $1 }), log: log)
            let fetcher = SourceFetcher(client, S3Client(configuration: all.s3, client: client), all)
            let text = url.replacing("%", with: "\(server.port)")
            return try await server.serving(
                { connection, _ in
                    while true {
                        let head = try await connection.receive(until: "\r\n\r\n")
                        try await script(connection, head, server.port)
                    }
                }, on: loop
            ) {
                do throws(SourceFetcher.Failure) {
                    _ = try await fetcher.fetch(text)
                    return nil
                } catch {
                    guard case .source(let failure) = error else { return "\(error)" }
                    return failure.reason
                }
            }
        }
    }

    private static let settings = [
        "KAFKA_BROKERS": "x:1", "REDIS_HOST": "x", "S3_ENDPOINT": "http://127.0.0.1:1", "S3_BUCKET_NAME": "b",
        "S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "s", "IMAGE_ALLOWED_NETWORKS": "127.0.0.1/32",
    ]

    private static let names: [(String, [IPAddress])] = [
        ("good.example", [.v4(0x7F00_0001)]), ("inside.example", [.v4(0x7F00_0002)]),
        ("metadata.example", [.v4(0xA9FE_A9FE)]), ("private.example", [.v4(0x0A00_0001)]),
        ("mapped.example", [.v6(0xFFFF_7F00_0002)]), ("nat64.example", [.v6(0x64_FF9B << 96 | 0x7F00_0002)]),
        ("six.example", [.v6(1)]), ("local6.example", [.v6(0xFE80 << 112 | 1)]),
        // One answer with an address of each kind. The address that is connected to is the one that is judged.
        ("both.example", [.v4(0x7F00_0002), .v4(0x7F00_0001)]),
    ]

    private static let otherPort: UInt16 = 9

    private static func ok(_ connection: RawConnection) async throws {
        try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    }

    @Test(arguments: ["http://127.0.0.1:%/", "http://good.example:%/", "http://0x7f.1:%/", "http://both.example:%/"])
    func whatMayBeReachedIs(_ url: String) throws {
        #expect(try fetch(url) { connection, _, _ in try await Self.ok(connection) } == nil)
    }

    static let refused = [
        "http://127.0.0.2:%/", "http://2130706434:%/", "http://0x7f000002:%/", "http://0177.0.0.2:%/",
        "http://127.2:%/",
        "http://[::1]:%/", "http://[::ffff:127.0.0.2]:%/", "http://[::ffff:7f00:2]:%/", "http://[64:ff9b::7f00:2]:%/",
        "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://[fe80::1]/", "http://[fd00::1]/",
        "http://0.0.0.0:%/", "http://inside.example:%/", "http://metadata.example:%/", "http://private.example:%/",
        "http://mapped.example:%/", "http://nat64.example:%/", "http://six.example:%/", "http://local6.example:%/",
    ]

    @Test(arguments: refused)
    func anAddressInsideIsNotConnectedTo(_ url: String) throws {
        #expect(try fetch(url) { connection, _, _ in try await Self.ok(connection) } == "address-refused")
    }

    /// The target of a redirect is refused, however harmless the first hop was.
    @Test(arguments: refused)
    func aRedirectLeadsNowhereInside(_ url: String) throws {
        let reason = try fetch("http://good.example:%/") { connection, _, port in
            let location = url.replacing("%", with: "\(port)")
            try await connection.send("HTTP/1.1 302 Found\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n")
        }
        #expect(reason == "address-refused")
    }

    /// DNS rebinding: the name resolved to a permitted address when it was judged.
    @Test func aNameThatLeadsInsideTheNextTimeIsNotFollowed() throws {
        let asked = Mutex(0)
        let reason = try fetch("http://good.example:%/") { connection, _, _ in
            asked.withLock { $0 += 1 }
            let location = "http://good.example:\(Self.otherPort)/"
            try await connection.send("HTTP/1.1 302 Found\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n")
        }
        #expect(reason == "address-refused")
        #expect(asked.withLock { $0 } == 1)
    }

    @Test(arguments: [
        ("http://user:password@127.0.0.1:%/", "userinfo-in-url"), ("http://user@127.0.0.1:%/", "userinfo-in-url"),
        ("file:///etc/passwd", "unsupported-scheme"), ("gopher://127.0.0.1:%/_", "unsupported-scheme"),
        ("ftp://127.0.0.1:%/", "unsupported-scheme"), ("http://", "malformed-url"), ("http://[::1", "malformed-url"),
    ])
    func anAddressOfAnotherKindIsRefused(_ row: (url: String, reason: String)) throws {
        #expect(try fetch(row.url) { connection, _, _ in try await Self.ok(connection) } == row.reason)
        guard row.reason != "malformed-url" else { return }
        let redirected = try fetch("http://127.0.0.1:%/") { connection, _, port in
            let location = row.url.replacing("%", with: "\(port)")
            try await connection.send("HTTP/1.1 302 Found\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n")
        }
        #expect(redirected == row.reason)
    }

    static let redirects: [(count: Int, limit: Int?, reason: String?)] = [
        (5, nil, nil), (6, nil, "too-many-redirects"), (1000, nil, "too-many-redirects"), (1, 0, "too-many-redirects"),
        (9, 9, nil),
    ]

    @Test(arguments: redirects)
    func soManyRedirectsAreFollowed(_ row: (count: Int, limit: Int?, reason: String?)) throws {
        let settings = row.limit.map { ["IMAGE_MAX_REDIRECTS": "\($0)"] } ?? [:]
        let asked = Mutex(0)
        let reason = try fetch("http://127.0.0.1:%/\(row.count)", settings: settings) { connection, head, _ in
            asked.withLock { $0 += 1 }
            let left = Int(head.split(separator: " ")[1].dropFirst()) ?? 0
            if left == 0 { return try await Self.ok(connection) }
            try await connection.send("HTTP/1.1 302 Found\r\nLocation: /\(left - 1)\r\nContent-Length: 0\r\n\r\n")
        }
        #expect(reason == row.reason)
        #expect(asked.withLock { $0 } == min(row.count, row.limit ?? 5) + 1)
    }

    /// Some servers send the body's media type, or how it was sent to their store, as its encoding. Browsers show the
    /// picture.
    @Test(arguments: ["aws-chunked", "UTF-8", "binary", "base64", "gzip, aws-chunked"])
    func anUnknownContentEncodingIsIgnored(_ encoding: String) throws {
        let reason = try fetch("http://127.0.0.1:%/") { connection, _, _ in
            try await connection.send(
                "HTTP/1.1 200 OK\r\nContent-Encoding: \(encoding)\r\nContent-Length: 2\r\n\r\nok")
        }
        #expect(reason == nil)
    }

    @Test func aBrokenContentEncodingIsNotIgnored() throws {
        let reason = try fetch("http://127.0.0.1:%/") { connection, _, _ in
            try await connection.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok")
        }
        #expect(reason == "malformed-response")
    }

    @Test(arguments: ["/a b", "http://good.example:%/a b", "/caf\u{E9}?n=\u{E9} x", "http://good.example:%/caf\u{E9}"])
    func aRedirectIsEncodedAsBrowsersDo(_ location: String) throws {
        let asked = Mutex<[String]>([])
        let reason = try fetch("http://good.example:%/") { connection, head, port in
            asked.withLock { $0.append(String(head.prefix { $0 != "\r\n" })) }
            guard asked.withLock({ $0.count }) == 1 else { return try await Self.ok(connection) }
            let target = location.replacing("%", with: "\(port)")
            // Latin-1: each scalar is one byte.
            let bytes = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: \(target)\r\n\r\n".unicodeScalars
            try await connection.send(bytes.map { UInt8(truncatingIfNeeded: $0.value) })
        }
        #expect(reason == nil)
        let path = asked.withLock { $0.last?.lowercased() }
        #expect(path?.hasPrefix("get /a%20b ") == true || path?.hasPrefix("get /caf%e9") == true, "\(path ?? "")")
    }

    @Test(arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "<html>no head</html>"])
    func anAnswerThatIsNotHTTPIsMalformed(_ answer: String) throws {
        let reason = try fetch("http://127.0.0.1:%/") { connection, _, _ in
            try await connection.send(answer)
            throw CancellationError()
        }
        #expect(reason == "malformed-response")
    }

    @Test func anEndlessBodyEndsAtItsLimit() throws {
        let reason = try fetch("http://127.0.0.1:%/", settings: ["IMAGE_MAX_BYTES": "100000"]) { connection, _, _ in
            try await connection.send("HTTP/1.1 200 OK\r\n\r\n")
            while true { try await connection.send([UInt8](repeating: 0xFF, count: 65_536)) }
        }
        #expect(reason == "too-many-bytes")
    }

    @Test func whatUnpacksToTooMuchEndsAtItsLimit() throws {
        let reason = try fetch("http://127.0.0.1:%/", settings: ["IMAGE_MAX_BYTES": "100000"]) { connection, _, _ in
            let bomb = Gzip.million
            try await connection.send(
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(bomb.count)\r\n\r\n")
            try await connection.send(bomb)
        }
        #expect(reason == "too-many-bytes")
    }

    @Test func aBodyThatDripsEndsWithItsTime() throws {
        let reason = try fetch("http://127.0.0.1:%/", settings: ["IMAGE_DOWNLOAD_SECONDS": "1"]) { connection, _, _ in
            try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while true {
                try await connection.send("x")
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        #expect(reason == "timeout")
    }

    @Test func aHeadThatNeverEndsEndsWithItsTime() throws {
        let reason = try fetch("http://127.0.0.1:%/", settings: ["IMAGE_DOWNLOAD_SECONDS": "1"]) { connection, _, _ in
            try await connection.send("HTTP/1.1 200 OK\r\n")
            try await Task.sleep(for: .seconds(600))
        }
        #expect(reason == "timeout")
    }

    @Test func whoAsksSaysSoAndAsksForPlainBytes() throws {
        let head = Mutex("")
        let reason = try fetch("http://good.example:%/") { connection, text, _ in
            head.withLock { $0 = text }
            try await Self.ok(connection)
        }
        #expect(reason == nil)
        let lines = head.withLock { $0 }.lowercased().split(separator: "\r\n")
        #expect(
            lines.contains("user-agent: agent/1")
                && lines.contains { $0.hasPrefix("accept: image/jpeg,") && $0.hasSuffix(",*/*;q=0.8") })
        #expect(lines.contains("accept-encoding: identity"))
        #expect(!lines.contains { $0.hasPrefix("authorization") || $0.hasPrefix("cookie") || $0.hasPrefix("referer") })
    }
}
