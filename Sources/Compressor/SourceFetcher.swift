import Events
import HTTPClient
import InternetAddress
import S3
import Telemetry

/// Fetches images' sources: uploads from the object store, all others from their addresses, under the rules that protect us and our network: http and https only, the connected
/// address of every hop globally routable or allow-listed, at most three redirects, bounded bytes and time.
struct SourceFetcher: Sendable {
    private let client: HTTPClient
    private let store: S3Client
    private let policy: Download.Policy

    init(_ client: HTTPClient, _ store: S3Client, _ settings: CompressorSettings) {
        self.client = client
        self.store = store
        var policy = Download.Policy()
        policy.maximumBytes = Int(settings.recipe.limits.bytes)
        policy.totalTimeout = settings.downloadTimeout
        policy.lowSpeed = .init(bytesPerSecond: 512, duration: .seconds(10))
        policy.headers = ["Accept": "image/*"]
        let allowed = settings.allowedNetworks
        policy.allowAddress = { address in address.isGloballyRoutable || allowed.contains { $0.contains(address) } }
        self.policy = policy
    }

    /// Throws `FetchFailure` for what is the source's fault, and `S3Error` for what is the object store's.
    func fetch(_ source: String) async throws -> [UInt8] {
        if let upload = UploadID(source: source) { return try await fetch(upload) }
        do throws(DownloadError) {
            return try await client.download(source, policy, now: Int(WallClock.now().milliseconds / 1000)).body
        } catch {
            throw FetchFailure(error)
        }
    }

    private func fetch(_ upload: UploadID) async throws -> [UInt8] {
        do throws(S3Error) {
            return try await store.get(key: upload.objectKey, upTo: policy.maximumBytes)
        } catch {
            throw FetchFailure(upload: error) ?? error
        }
    }
}

/// Why a source could not be had.
struct FetchFailure: Error, Equatable {
    /// A stable word for programs.
    let reason: String
    let detail: String
    /// Whether another attempt may do better.
    let isRetriable: Bool
    /// What the server asked for.
    let retryAfter: Duration?

    static let cancelled = "cancelled"

    init(_ error: DownloadError) {
        reason = Self.reason(error)
        detail = error.description
        isRetriable = error.isRetriable
        if case .status(_, let wait) = error { retryAfter = wait } else { retryAfter = nil }
    }

    /// Nil for what passes, or is no fault of the upload's.
    init?(upload error: S3Error) {
        switch error.reason {
        case .notFound where error.code != "NoSuchBucket": reason = "not-found"
        case .transfer(let error):
            guard case .bodyTooLarge = error else { return nil }
            reason = Self.reason(error)
        default: return nil
        }
        detail = error.description
        isRetriable = false
        retryAfter = nil
    }

    private static func reason(_ error: DownloadError) -> String {
        switch error {
        case .transfer(let error): reason(error)
        case .status(let status, _):
            switch status.code {
            case 404, 410: "not-found"
            case 401, 403: "forbidden"
            default: "http-status"
            }
        case .userinfo: "userinfo-in-url"
        case .downgrade: "redirect-to-http"
        case .tooManyRedirects: "too-many-redirects"
        case .redirectWithoutLocation: "redirect-without-location"
        }
    }

    private static func reason(_ error: HTTPClientError) -> String {
        switch error {
        case .malformedURL: "malformed-url"
        case .unsupportedScheme: "unsupported-scheme"
        case .dns: "unknown-host"
        case .connectRefused, .connectFailed: "connect-failed"
        case .connectTimeout, .timeout: "timeout"
        case .tooSlow: "too-slow"
        case .tls, .certificate: "tls"
        case .addressRefused: "address-refused"
        case .bodyTooLarge: "too-many-bytes"
        case .connectionLost: "connection-lost"
        case .malformedResponse, .other: "malformed-response"
        case .cancelled, .closed: cancelled
        }
    }
}
