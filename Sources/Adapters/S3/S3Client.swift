import Base
import Cryptography
package import HTTPClient
import HTTPMessages

/// A client for the objects of one bucket. Every request is signed and carries the hash of its body; S3 requires both.
package struct S3Client: Sendable {
    package let configuration: S3Configuration
    private let client: HTTPClient

    package init(configuration: S3Configuration, client: HTTPClient) {
        self.configuration = configuration
        self.client = client
    }

    static let checksumHeader = "x-amz-checksum-sha256"

    /// The SHA-256 of an empty body.
    static let emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    /// The server's description of an object.
    package struct Head: Sendable, Equatable {
        package let contentLength: Int?
        package let contentType: String?
        package let cacheControl: String?
        package let entityTag: String?
    }

    /// Stores an object. `sha256` is the hash of `bytes` in lower-case hexadecimal. The server refuses bytes with
    /// another hash. It stores the hash with the object if it can, and returns the hash that it stored.
    package func put(
        key: String, bytes: [UInt8], sha256: String, contentType: String, cacheControl: String? = nil
    ) async throws(S3Error) {
        guard sha256.utf8.count == 64, let digest = Hexadecimal.bytes(sha256) else { throw S3Error(.invalidHash) }
        let checksum = Base64.text(digest)
        var headers: HTTPHeaders = ["Content-Type": contentType, Self.checksumHeader: checksum]
        headers["Cache-Control"] = cacheControl
        let response = try await send(.put, path(ObjectKey(key)), headers, body: bytes, hash: sha256)
        if let stored = response.headers[Self.checksumHeader], stored != checksum { throw S3Error(.altered) }
    }

    /// Returns the object's bytes. Throws if there are more than `limit`.
    package func get(key: String, upTo limit: Int? = nil) async throws(S3Error) -> [UInt8] {
        try await send(.get, path(ObjectKey(key)), upTo: limit).body
    }

    /// Returns the object's description, or nil if there is no such object.
    package func head(key: String) async throws(S3Error) -> Head? {
        let headers: HTTPHeaders
        do {
            headers = try await send(.head, path(ObjectKey(key))).headers
        } catch let error where error.reason == .notFound {
            return nil
        }
        return Head(
            contentLength: headers["Content-Length"].flatMap { Int($0) }, contentType: headers["Content-Type"],
            cacheControl: headers["Cache-Control"], entityTag: headers["ETag"])
    }

    /// Deletes an object. Succeeds if there is no such object. Cancelling the task does not stop the request.
    package func delete(key: String) async throws(S3Error) {
        do {
            _ = try await send(.delete, path(ObjectKey(key)), survivesCancellation: true)
        } catch let error where error.reason == .notFound {
            return  // there is no such object
        }
    }

    /// The URL at which clients of the API find the object.
    package func publicURL(key: String) throws(S3Error) -> String {
        try "\(configuration.publicBaseURL)/\(ObjectKey(key))"
    }

    // MARK: requests

    func path(_ key: ObjectKey) -> String { "/\(configuration.bucket)/\(key)" }

    /// Sends a signed request. libcurl signs `path` as it is written, so it has to be percent-encoded, with its query
    /// sorted by name and an `=` after each name.
    func send(
        _ method: HTTPMethod, _ path: String, _ headers: HTTPHeaders = [:], body: [UInt8]? = nil,
        hash: String = emptyHash,
        upTo limit: Int? = nil, survivesCancellation: Bool = false
    ) async throws(S3Error) -> HTTPClientResponse {
        var request = HTTPClientRequest(method, configuration.endpoint + path, headers: headers, body: body)
        request.headers["x-amz-content-sha256"] = hash
        request.signing = configuration.credentials
        request.connectTimeout = configuration.connectTimeout
        request.totalTimeout = survivesCancellation ? configuration.undoTimeout : configuration.totalTimeout
        request.maximumResponseBytes = limit ?? configuration.maximumObjectBytes
        request.survivesCancellation = survivesCancellation
        let response: HTTPClientResponse
        do {
            response = try await client.send(request)
        } catch {
            throw S3Error(.transfer(error))
        }
        guard response.status.isSuccess else { throw S3Error(response) }
        return response
    }
}
