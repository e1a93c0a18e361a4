/// Why there is no output for a picture. Its texts hold nothing of the picture and are safe to show.
package struct CodecFailure: Error, Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case empty
        case notAnImage = "not-an-image"
        /// The bytes are of a known kind that is not decoded here; `detail` names it.
        case unsupportedFormat = "unsupported-format"
        /// A picture of a kind that is decoded here that uses what its decoder does not know, such as 12-bit samples.
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
        /// Said by the owner of a worker that had to be killed at its deadline.
        case timeout
        /// Said by the owner of a worker that ended without an answer.
        case crashed
        case `internal`
    }

    package var kind: Kind
    package var detail: String
    /// For the kinds that name a limit.
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
