import Base
import Cryptography
import Events
import HTTPServer
import S3
import Telemetry

/// Takes images in: looks at what they are, and streams them to the object store.
struct ImageUploads: Sendable {
    /// An image in the store that no event names yet: to be put on the log, or to be discarded.
    struct Stored: Sendable {
        let id: UploadID
        let header: ImageHeader
        let bytes: Int
        /// SHA-256, hexadecimal.
        let digest: String
        fileprivate let object: ObjectUpload

        /// `owner` is the product's, where it is known.
        func uploaded(to product: ProductID, of owner: UserID?) -> ProductImageUploaded {
            ProductImageUploaded(
                productID: product, upload: id, contentType: header.format.rawValue, bytes: bytes, digest: digest,
                width: header.width, height: header.height, owner: owner)
        }
    }

    let store: S3Client
    let slots: UploadSlots
    /// Of one image.
    let maximumBytes: Int
    let limits: ImageHeaderLimits
    let log: Log

    /// Reads the file to its end. Nothing goes to the store before it is known what it is, and nothing stays there when
    /// this throws.
    func take(_ file: UploadedFile) async throws -> Stored {
        try await slots.withSlot {
            var file = file
            var reader = ImageHeaderReader(limits: limits)
            let header = try await Self.header(&file, &reader)
            guard let id = UploadID(UUIDv7.make()) else { throw Problem(.internalError) }
            var object = try ObjectUpload(store, key: id.objectKey, contentType: header.format.rawValue)
            do {
                let hash = SHA256()
                var count = 0
                var next: [UInt8]? = reader.takeBytes()
                while let piece = next {
                    hash.update(piece)
                    count += piece.count
                    try await object.write(piece)
                    next = try await file.next()
                }
                try await object.finish()
                return Stored(
                    id: id, header: header, bytes: count, digest: Hexadecimal.text(hash.finish()), object: object)
            } catch {
                await discard(object, id)
                throw (error as? S3Error).map(problem) ?? error
            }
        }
    }

    /// No event will name it.
    func discard(_ stored: Stored) async { await discard(stored.object, stored.id) }

    private func discard(_ object: ObjectUpload, _ id: UploadID) async {
        do {
            try await object.discard()
        } catch {
            log.warning("an upload that nobody needs may still be stored", ["key": id.objectKey, "error": "\(error)"])
        }
    }

    private static func header(
        _ file: inout UploadedFile, _ reader: inout ImageHeaderReader
    ) async throws -> ImageHeader {
        do {
            while let piece = try await file.next() {
                if let header = try reader.feed(piece) { return header }
            }
            throw reader.fault
        } catch let fault as ImageHeaderFault {
            switch fault {
            case .unsupported(let detail): throw Problem(.unsupportedImage, detail)
            case .invalid(let detail): throw Problem(.invalidImage, detail)
            }
        }
    }

    /// A store that does not take an image: it passes, or is a fault of ours. The client can do nothing about either.
    private func problem(_ error: S3Error) -> any Error {
        if Task.isCancelled { return CancellationError() }
        if error.isRetriable {
            log.warning("the object store does not take an upload", ["error": "\(error)"])
        } else {
            log.error("the object store refuses an upload", ["error": "\(error)"])
        }
        return Problem.unavailable("Images cannot be stored at the moment.", retryAfter: 5)
    }
}
