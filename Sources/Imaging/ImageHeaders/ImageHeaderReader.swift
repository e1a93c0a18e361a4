import CImageHeaders

/// Reads the format and size of a picture from its first bytes while they arrive. Nothing is decoded.
///
/// The decoders read headers with the same functions, so a header that is accepted here is accepted there. (AVIF and
/// HEIC are the exception: libheif reads them itself, where it is installed.)
package struct ImageHeaderReader: Sendable {
    private static let accepted = "Send a JPEG, PNG, WebP, GIF, AVIF or HEIC."

    private let limits: ImageHeaderLimits
    private var state = img_header_reader()
    /// The bytes that the next call still needs.
    private var held: [UInt8] = []
    /// The number of bytes to come that are of no interest: the rest of a segment with metadata.
    private var skipped = 0
    private var isEmpty = true

    package init(limits: ImageHeaderLimits) { self.limits = limits }

    /// Nil until the signature has arrived.
    package var format: ImageHeader.Format? { ImageHeader.Format(state.format) }

    /// Returns nil while more bytes are needed.
    package mutating func feed(_ piece: [UInt8]) throws(ImageHeaderFault) -> ImageHeader? {
        isEmpty = isEmpty && piece.isEmpty
        let passed = min(skipped, piece.count)
        skipped -= passed
        guard passed < piece.count else { return nil }
        held += piece[passed...]
        var consumed = 0
        var header = img_header()
        var failure = img_failure()
        let status = held.withUnsafeBufferPointer {
            img_header_read(&state, $0.baseAddress, $0.count, &consumed, &header, &failure)
        }
        switch status {
        case IMG_OK: return try check(header)
        case IMG_TRUNCATED:
            skipped = max(0, consumed - held.count)
            held.removeFirst(min(consumed, held.count))
            return nil
        default: throw Self.fault(failure)
        }
    }

    /// The fault of a file that ended before its header was complete.
    package var fault: ImageHeaderFault {
        if isEmpty { return .invalid("The image is empty.") }
        return format == nil
            ? .unsupported(Self.accepted) : .invalid("The image is not valid: the file ends within its header.")
    }

    private func check(_ header: img_header) throws(ImageHeaderFault) -> ImageHeader {
        var bounds = img_limits()
        bounds.side = ImageHeaderLimits.side
        bounds.pixels = UInt64(max(0, limits.pixels))
        var failure = img_failure()
        guard img_check_size(header.width, header.height, &bounds, &failure) == IMG_OK,
            let format = ImageHeader.Format(header.format)
        else { throw Self.fault(failure) }
        return ImageHeader(format: format, width: Int(header.width), height: Int(header.height))
    }

    private static func fault(_ failure: img_failure) -> ImageHeaderFault {
        let reason = withUnsafeBytes(of: failure.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        switch failure.status {
        case IMG_UNSUPPORTED_FORMAT, IMG_UNSUPPORTED_FEATURE, IMG_NOT_AN_IMAGE:
            return .unsupported("The image is not accepted: \(reason). \(accepted)")
        case IMG_SIDE_TOO_LONG, IMG_TOO_MANY_PIXELS: return .invalid("The image is too large: \(reason).")
        default: return .invalid("The image is not valid: \(reason).")
        }
    }
}

extension ImageHeader.Format {
    fileprivate init?(_ format: img_format) {
        switch format {
        case IMG_FORMAT_JPEG: self = .jpeg
        case IMG_FORMAT_PNG: self = .png
        case IMG_FORMAT_GIF: self = .gif
        case IMG_FORMAT_WEBP: self = .webp
        case IMG_FORMAT_AVIF: self = .avif
        case IMG_FORMAT_HEIC: self = .heic
        default: return nil
        }
    }
}
