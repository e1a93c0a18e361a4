import Base
import Cryptography
import Events
import HTTPServer
import ImageHeaders
import S3
import Telemetry

/// Receives images: checks their headers and streams them to the object store.
struct ImageUploads: Sendable {
    /// A stored image that no event names yet. It must be recorded on the log or discarded.
    struct Stored: Sendable {
        let id: UploadID
        let header: ImageHeader
        let bytes: Int
        /// The SHA-256 digest of the image, in hexadecimal.
        let digest: String
        fileprivate let object: ObjectUpload

        /// The event that records the image. `owner` is the owner of the product, if it is known.
        func uploaded(to product: ProductID, of owner: UserID?) -> ProductImageUploaded {
            ProductImageUploaded(
                productID: product, upload: id, contentType: header.format.rawValue, bytes: bytes, digest: digest,
                width: header.width, height: header.height, owner: owner)
        }
    }

    let store: S3Client
    let slots: UploadSlots
    /// The maximum size of one image.
    let maximumBytes: Int
    let limits: ImageHeaderLimits
    let log: Log

    /// Reads the file to its end and stores it. Nothing is stored before the format is known, and nothing stays stored
    /// if this throws. The header is checked while the file is stored, so that its length does not matter.
    func take(_ file: UploadedFile) async throws -> Stored {
        try await slots.withSlot {
            var file = file
            var reader = ImageHeaderReader(limits: limits)
            var header: ImageHeader?
            var next: [UInt8]? = []
            while reader.format == nil, let piece = try await file.next() {
                next? += piece
                header = try Self.feed(piece, &reader)
            }
            guard let format = reader.format else { throw Self.problem(reader.fault) }
            guard let id = UploadID(UUIDv7.make()) else { throw Problem(.internalError) }
            var object = try ObjectUpload(store, key: id.objectKey, contentType: format.rawValue)
            do {
                let hash = SHA256()
                var count = 0
                while let piece = next {
                    hash.update(piece)
                    count += piece.count
                    try await object.write(piece)
                    next = try await file.next()
                    if header == nil, let next { header = try Self.feed(next, &reader) }
                }
                guard let header else { throw Self.problem(reader.fault) }
                try await object.finish()
                return Stored(
                    id: id, header: header, bytes: count, digest: Hexadecimal.text(hash.finish()), object: object)
            } catch {
                await discard(object, id)
                throw (error as? S3Error).map(problem) ?? error
            }
        }
    }

    /// Deletes an image that no event will name.
    func discard(_ stored: Stored) async { await discard(stored.object, stored.id) }

    private func discard(_ object: ObjectUpload, _ id: UploadID) async {
        do {
            try await object.discard()
        } catch {
            log.warning("cannot delete a discarded upload", ["key": id.objectKey, "error": "\(error)"])
        }
    }

    private static func feed(_ piece: [UInt8], _ reader: inout ImageHeaderReader) throws(Problem) -> ImageHeader? {
        do {
            return try reader.feed(piece)
        } catch {
            throw problem(error)
        }
    }

    private static func problem(_ fault: ImageHeaderFault) -> Problem {
        switch fault {
        case .unsupported(let detail): Problem(.unsupportedImage, detail)
        case .invalid(let detail): Problem(.invalidImage, detail)
        }
    }

    /// The problem for a failure of the object store. The client can only retry, whatever the reason is.
    private func problem(_ error: S3Error) -> any Error {
        if Task.isCancelled { return CancellationError() }
        if error.isRetriable {
            log.warning("the object store failed to store an upload", ["error": "\(error)"])
        } else {
            log.error("the object store rejected an upload", ["error": "\(error)"])
        }
        return Problem.unavailable("Images cannot be stored at the moment.", retryAfter: 5)
    }
}
