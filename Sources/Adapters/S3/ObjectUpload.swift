import Cryptography

/// Uploads an object while its bytes arrive, and holds no more than one part of it.
///
/// A short object is sent in one request, a longer one in parts: each part as soon as it is full and more bytes have
/// arrived. The caller calls `discard` if it does not finish the upload.
package struct ObjectUpload: Sendable {
    /// The size of the parts: the least that S3 accepts for all but the last.
    package static let partBytes = 5 * 1024 * 1024

    private let client: S3Client
    private let key: ObjectKey
    private let contentType: String
    private(set) var buffer: [UInt8] = []
    /// Set from the first part until the upload is complete.
    private var uploadID: String?
    private var parts: [String] = []
    /// Whether the object may exist, whatever the response was.
    private var mayExist = false

    package init(_ client: S3Client, key: String, contentType: String) throws(S3Error) {
        self.client = client
        self.key = try ObjectKey(key)
        self.contentType = contentType
    }

    /// Returns when the bytes are buffered or sent.
    package mutating func write(_ bytes: [UInt8]) async throws(S3Error) {
        var rest = bytes[...]
        while rest.count > Self.partBytes - buffer.count {
            let taken = rest.prefix(Self.partBytes - buffer.count)
            buffer += taken
            rest = rest[taken.endIndex...]
            try await sendPart()
        }
        buffer += rest
    }

    /// Completes the upload. The object exists when this returns.
    package mutating func finish() async throws(S3Error) {
        guard uploadID != nil else {
            mayExist = true
            return try await client.put(
                key: key.text, bytes: buffer, sha256: SHA256.hex(buffer), contentType: contentType)
        }
        try await sendPart()
        guard let uploadID else { return }
        mayExist = true
        try await client.completeMultipartUpload(key, uploadID, parts: parts)
        self.uploadID = nil
    }

    private mutating func sendPart() async throws(S3Error) {
        let id: String
        if let uploadID {
            id = uploadID
        } else {
            id = try await client.createMultipartUpload(key, contentType: contentType)
            uploadID = id
        }
        parts.append(try await client.uploadPart(parts.count + 1, buffer, of: key, id))
        buffer.removeAll(keepingCapacity: true)
    }

    /// Deletes what was uploaded, finished or not. Cancelling the task does not stop it.
    package func discard() async throws(S3Error) {
        if let uploadID { try await client.abortMultipartUpload(key, uploadID) }
        if mayExist { try await client.delete(key: key.text) }
    }
}
