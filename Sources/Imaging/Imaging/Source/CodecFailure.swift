/// The reason why a picture has no output. The texts contain nothing of the picture and are safe to show.
package struct CodecFailure: Error, Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case empty
        case notAnImage = "not-an-image"
        /// The bytes are of a known format that is not decoded; `detail` names it.
        case unsupportedFormat = "unsupported-format"
        /// The format is decoded, but the picture uses a feature that is not, such as 12-bit samples.
        case unsupportedFeature = "unsupported-feature"
        case tooManyBytes = "too-many-bytes"
        case tooManyPixels = "too-many-pixels"
        case sideTooLong = "side-too-long"
        case tooManyScans = "too-many-scans"
        case tooManyFrames = "too-many-frames"
        case profileTooLarge = "profile-too-large"
        /// The file ends before its last pixel.
        case truncated
        case corrupt
        /// Every output within the bounds is bigger than the source.
        case notSmaller = "not-smaller"
        case outOfMemory = "out-of-memory"
        /// The worker had to be killed at its deadline.
        case timeout
        /// The worker ended without an answer.
        case crashed
        case `internal`
    }

    package var kind: Kind
    package var detail: String
    /// The limit and the value that exceeds it, for the kinds that name a limit.
    package var limit: UInt64?
    package var value: UInt64?

    package init(_ kind: Kind, _ detail: String, limit: UInt64? = nil, value: UInt64? = nil) {
        self.kind = kind
        self.detail = detail
        self.limit = limit
        self.value = value
    }
}

extension CodecFailure: CustomStringConvertible {
    package var description: String { "\(self.kind.rawValue): \(self.detail)" }
}
