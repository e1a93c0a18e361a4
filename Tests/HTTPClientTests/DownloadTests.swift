import EventLoop
import HTTPMessages
import HTTPServer
import InternetAddress
import NetworkTesting
import Testing

@testable import HTTPClient

@Suite(.timeLimit(.minutes(20)))
struct DownloadTests {
    /// The result of a download of `path` from a server whose handler also gets the server's port.
    private func download(
        _ path: String, policy change: @escaping @Sendable (inout Download.Policy) -> Void = { _ in },
        from handler: @escaping HTTPServer.Handler
    ) throws -> Result<Download, DownloadError> {
        try withClient { loop, client in
            try await withServer(on: loop, handler: handler) { server in
                var policy = Download.Policy()
                policy.allowAddress = { $0 == .v4(0x7f00_0001) }
                change(&policy)
                do throws(DownloadError) {
                    return .success(try await client.download("http://127.0.0.1:\(server.port)\(path)", policy, now: 0))
                } catch {
                    return .failure(error)
                }
            }
        }
    }

    private func error(_ result: Result<Download, DownloadError>) -> DownloadError? {
        if case .failure(let error) = result { error } else { nil }
    }

    /// `/n` redirects to `/n-1`, and `/0` has a body.
    private static let countdown: HTTPServer.Handler = { request in
        guard let left = Int(request.segments.first ?? ""), left > 0 else {
            return HTTPResponse(.ok, headers: ["Content-Type": "text/plain"], body: .bytes(Array("there".utf8)))
        }
        return HTTPResponse(.found, headers: ["Location": "\(left - 1)"])
    }

    @Test(arguments: [0, 1, 3])
    func redirectsAreFollowed(count: Int) throws {
        let download = try download("/\(count)", from: Self.countdown).get()
        #expect(String(decoding: download.body, as: UTF8.self) == "there")
        #expect(download.redirects == count)
        #expect(download.url.text.hasSuffix("/0"))
        #expect(download.address == .v4(0x7f00_0001))
    }

    @Test func aHostGetsItsCookieBackWithinADownloadAndNotAfterIt() throws {
        let fields = Box<[String?]>([])
        let both = try withClient { loop, client in
            try await withServer(
                on: loop,
                handler: { request in
                    fields.value.append(request.headers["Cookie"])
                    if request.headers["Cookie"] == "seen=1" {
                        return HTTPResponse(.ok, body: .bytes(Array("there".utf8)))
                    }
                    return HTTPResponse(.found, headers: ["Location": "/", "Set-Cookie": "seen=1; Path=/"])
                }
            ) { server in
                var policy = Download.Policy()
                policy.allowAddress = { $0 == .v4(0x7f00_0001) }
                var redirects: [Int] = []
                for _ in 0..<2 {
                    redirects.append(
                        try await client.download("http://127.0.0.1:\(server.port)/", policy, now: 0).redirects)
                }
                return redirects
            }
        }
        #expect(both == [1, 1])
        #expect(fields.value == [nil, "seen=1", nil, "seen=1"])
    }

    @Test func moreRedirectsThanAllowedAreTooMany() throws {
        #expect(try error(download("/6", from: Self.countdown)) == .tooManyRedirects(limit: 5))
        #expect(
            try error(download("/1", policy: { $0.maximumRedirects = 0 }, from: Self.countdown))
                == .tooManyRedirects(limit: 0))
        let loop = try download("/", from: { _ in HTTPResponse(HTTPStatus(308), headers: ["Location": "/"]) })
        #expect(error(loop) == .tooManyRedirects(limit: 5))
    }

    @Test(arguments: [
        ("http://127.0.0.2/", DownloadError.transfer(.addressRefused(.v4(0x7f00_0002)))),
        ("http://[::1]/", .transfer(.addressRefused(.v6(1)))),
        ("http://[::ffff:127.0.0.2]/", .transfer(.addressRefused(.v4(0x7f00_0002)))),
        ("http://2130706434/", .transfer(.addressRefused(.v4(0x7f00_0002)))),
        ("http://169.254.169.254/latest/meta-data", .transfer(.addressRefused(.v4(0xa9fe_a9fe)))),
        ("http://user:password@127.0.0.1/", .userinfo), ("http://user@127.0.0.1/", .userinfo),
        ("ftp://127.0.0.1/", .transfer(.unsupportedScheme)), ("file:///etc/passwd", .transfer(.unsupportedScheme)),
        ("gopher://127.0.0.1/_x", .transfer(.unsupportedScheme)),
    ])
    func aRedirectMustKeepTheRules(_ row: (location: String, error: DownloadError)) throws {
        let outcome = try download("/", from: { _ in HTTPResponse(.found, headers: ["Location": row.location]) })
        #expect(error(outcome) == row.error)
        #expect(error(outcome)?.isRetriable == false)
    }

    @Test func aRedirectWithoutALocationLeadsNowhere() throws {
        #expect(try error(download("/", from: { _ in HTTPResponse(.found) })) == .redirectWithoutLocation)
    }

    @Test(arguments: [(404, false), (410, false), (403, false), (408, true), (429, true), (500, true), (503, true)])
    func aStatusThatIsNoSuccessIsAnError(_ row: (status: Int, isRetriable: Bool)) throws {
        let outcome = try error(
            download("/", from: { _ in HTTPResponse(HTTPStatus(row.status), headers: ["Retry-After": "7"]) }))
        #expect(outcome == .status(HTTPStatus(row.status), retryAfter: .seconds(7)))
        #expect(outcome?.isRetriable == row.isRetriable)
    }

    @Test func theTotalTimeCountsOverAllHops() throws {
        let clock = ContinuousClock()
        let start = clock.now
        let outcome = try download(
            "/",
            policy: {
                $0.totalTimeout = .milliseconds(250); $0.maximumRedirects = 1000
            }
        ) { _ in
            try? await Task.sleep(for: .milliseconds(100))
            return HTTPResponse(.found, headers: ["Location": "/"])
        }
        #expect(error(outcome) == .transfer(.timeout))
        #expect(clock.now - start < .seconds(20))
    }

    @Test func everyHopGetsOnlyTheTimeThatIsLeft() throws {
        let outcome = try download("/1", policy: { $0.totalTimeout = .milliseconds(500) }) { request in
            try? await Task.sleep(for: .milliseconds(300))
            return await Self.countdown(request)
        }
        #expect(error(outcome) == .transfer(.timeout))
    }

    @Test(arguments: [
        ("https://a/", "http://a/", true), ("https://a/", "https://b/", false), ("http://a/", "https://a/", false),
        ("http://a/", "http://b/", false),
    ])
    func aRedirectMayNotGiveUpEncryption(_ row: (from: String, to: String, isRefused: Bool)) throws {
        let from = try HTTPURL(row.from)
        do throws(DownloadError) {
            _ = try HTTPClient.check(row.to, after: from)
            #expect(!row.isRefused)
        } catch {
            #expect(row.isRefused && error == .downgrade)
        }
    }

    @Test func aURLWithAUserIsRefused() throws {
        let outcome = try withClient { _, client in
            do throws(DownloadError) {
                _ = try await client.download("http://a:b@example.com/", now: 0)
                return Optional<DownloadError>.none
            } catch {
                return error
            }
        }
        #expect(outcome == .userinfo)
        #expect(outcome?.description.contains("b@") == false)
    }
}
