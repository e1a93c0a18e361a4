import Events
import HTTPClient
import HTTPMessages
import Imaging
import InternetAddress
import S3
import Telemetry

/// Fetches the sources of images: uploads from the object store, all others from their addresses. Downloads obey the
/// rules that protect our network: only http and https, the connected address of every hop is globally routable or
/// allow-listed, and redirects, bytes and time are bounded.
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
        // Some origins answer 406 unless any type will do.
        policy.headers = ["Accept": "image/jpeg,image/png,image/webp,image/gif,image/*;q=0.9,*/*;q=0.8"]
        policy.maximumRedirects = settings.maximumRedirects
        let allowed = settings.allowedNetworks
        policy.allowAddress = { address in address.isGloballyRoutable || allowed.contains { $0.contains(address) } }
        self.policy = policy
    }

    enum Failure: Error {
        /// The source is to blame.
        case source(FetchFailure)
        /// The object store is to blame.
        case store(S3Error)
        case cancelled
    }

    func fetch(_ source: String) async throws(Failure) -> FetchedImage {
        if let upload = UploadID(source: source) { return try await fetch(upload) }
        do {
            let download = try await client.download(source, policy, now: Int(WallClock.now().milliseconds / 1000))
            let declared = DeclaredType(contentType: download.headers["Content-Type"], name: download.url.text)
            return FetchedImage(bytes: download.body, declared: declared, isUpload: false)
        } catch {
            if case .transfer(let error) = error, error == .cancelled || error == .closed { throw .cancelled }
            throw .source(FetchFailure(error))
        }
    }

    private func fetch(_ upload: UploadID) async throws(Failure) -> FetchedImage {
        do {
            let bytes = try await store.get(key: upload.objectKey, upTo: policy.maximumBytes)
            return FetchedImage(bytes: bytes, declared: DeclaredType(), isUpload: true)
        } catch {
            throw FetchFailure(upload: error).map(Failure.source) ?? .store(error)
        }
    }
}

/// The bytes of a source, and the format that its origin declared.
struct FetchedImage: Sendable {
    let bytes: [UInt8]
    let declared: DeclaredType
    /// Whether it came from the object store and not from a host.
    let isUpload: Bool
}
