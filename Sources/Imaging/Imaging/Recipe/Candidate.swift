/// One possible output.
struct Candidate {
    var bytes: [UInt8]
    var encoding: ImageEncoding
    var size: PixelSize
    var kept: KeptCandidate

    func finished(_ name: String) throws(CodecFailure) -> EncodedRendition {
        EncodedRendition(
            name: name, bytes: self.bytes, sha256: try ImageDigest.sha256(self.bytes), encoding: self.encoding,
            size: self.size, kept: self.kept)
    }

    /// Whether it saves at least a tenth of the bytes, which is what a loss of quality must gain.
    func isWorthItsLoss(comparedWith count: Int?) -> Bool {
        guard let count else { return true }
        return self.bytes.count * 10 < count * 9
    }
}
