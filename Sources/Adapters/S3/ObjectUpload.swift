import Cryptography

/// An object on its way into the bucket, of which no more than one part is held.
///
/// A short one is put at once; a longer one goes in parts, each as soon as it is full and more has come. Whoever does
/// not finish it has to `discard` it.
package struct ObjectUpload: Sendable {
    /// S3 takes no smaller part but for the last one.
    package static let partBytes = 5 * 1024 * 1024

    private let client: S3Client
    private let key: ObjectKey
    private let contentType: String
    private var buffer: [UInt8] = []
    /// Set from the first part until all parts are one object.
    private var uploadID: String?
    private var parts: [String] = []
    /// The object may be there, whatever the answer was.
    private var mayExist = false

    package init(_ client: S3Client, key: String, contentType: String) throws(S3Error) {
        self.client = client
        self.key = try ObjectKey(key)
        self.contentType = contentType
    }

    package var bufferedBytes: Int { buffer.count }

    /// Returns when what was given is held, or sent.
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

    /// The object is there when this returns.
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

    /// Leaves nothing of it behind, finished or not. Goes on to its end when the task is cancelled.
    package func discard() async throws(S3Error) {
        if let uploadID { try await client.abortMultipartUpload(key, uploadID) }
        if mayExist { try await client.delete(key: key.text) }
    }
}
