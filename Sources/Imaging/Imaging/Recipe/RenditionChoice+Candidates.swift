extension RenditionChoice {
    /// The largest difference that is good enough (see `Picture.difference`): an SSIMULACRA2 score of about 80 on
    /// product pictures and screenshots, which is not noticed side by side.
    private static let floor = 0.06

    /// WebP with lossy colour and lossless alpha, or a palette where clients do not know WebP. Lossless where that is
    /// hardly bigger.
    func transparent(_ picture: borrowing Picture) throws(CodecFailure) -> Candidate? {
        var lossy: [Candidate] = []
        if let quality = self.recipe.webpQuality {
            lossy.append(try self.webp(picture, quality: quality, kept: .encoded))
        }
        let smallest = lossy.first?.bytes.count ?? self.byteCount
        if picture.colourCount == nil, let palette = try self.palette(picture, maxCount: smallest) {
            if try self.isGood(palette, picture) { lossy = [palette] }
        }
        return try self.choose(picture, lossy)
    }

    /// The choice for few colours or large areas of one: the smallest candidate that keeps edges and text intact.
    func drawing(_ picture: borrowing Picture) throws(CodecFailure) -> Candidate? {
        var open = [try self.jpeg(picture, quality: self.recipe.jpegQuality, kept: .encoded)]
        if let quality = self.recipe.webpQuality {
            open.append(try self.webp(picture, quality: quality, kept: .encoded))
        }
        if picture.colourCount == nil, let palette = try self.palette(picture, maxCount: self.byteCount) {
            open.append(palette)
        }
        open.sort { $0.bytes.count < $1.bytes.count }
        for candidate in open where try self.isGood(candidate, picture) {
            return try self.choose(picture, [candidate])
        }
        return try self.choose(picture, [])
    }

    /// Returns the smallest of `lossy`, unless something lossless is hardly bigger.
    func choose(
        _ picture: borrowing Picture, _ lossy: [Candidate]
    ) throws(CodecFailure) -> Candidate? {
        guard let lossy = lossy.first else { return try self.lossless(picture, maxCount: self.byteCount) }
        // Anything larger would not be chosen.
        let maxCount = lossy.bytes.count * 10 / 9
        guard let lossless = try self.lossless(picture, maxCount: maxCount) else { return lossy }
        return lossy.isWorthItsLoss(comparedWith: lossless.bytes.count) ? lossy : lossless
    }

    private func lossless(
        _ picture: borrowing Picture, maxCount: Int
    ) throws(CodecFailure) -> Candidate? {
        // Lossless WebP with many colours takes ten times as long as PNG and has never been less than half as big in
        // tests.
        let isCheap = picture.colourCount != nil
        let png = try picture.png(maxCount: self.recipe.webpQuality == nil || isCheap ? maxCount : maxCount * 2)
        var best = png.flatMap {
            $0.count <= maxCount
                ? Candidate(bytes: $0, encoding: .png, size: picture.size, kept: .lossless) : nil
        }
        if self.recipe.webpQuality != nil, isCheap || png != nil {
            let bytes = try picture.losslessWebP()
            if bytes.count < best?.bytes.count ?? maxCount + 1 {
                best = Candidate(bytes: bytes, encoding: .webp, size: picture.size, kept: .lossless)
            }
        }
        return best
    }

    private func isGood(
        _ candidate: Candidate, _ picture: borrowing Picture
    ) throws(CodecFailure) -> Bool {
        var limits = ImageLimits()
        limits.bytes = .max
        return try withImageSource(candidate.bytes, limits: limits) { source throws(CodecFailure) in
            try picture.difference(from: source.decode(maxSide: picture.size.longerSide)) <= Self.floor
        }
    }

    func jpeg(
        _ picture: borrowing Picture, quality: UInt8, kept: KeptCandidate
    ) throws(CodecFailure) -> Candidate {
        let bytes = try picture.jpeg(quality: quality)
        return Candidate(bytes: bytes, encoding: .jpeg, size: picture.size, kept: kept)
    }

    func webp(
        _ picture: borrowing Picture, quality: UInt8, kept: KeptCandidate
    ) throws(CodecFailure) -> Candidate {
        Candidate(bytes: try picture.webp(quality: quality), encoding: .webp, size: picture.size, kept: kept)
    }

    func palette(
        _ picture: borrowing Picture, colours: UInt32 = 256, kept: KeptCandidate = .palette, maxCount: Int
    ) throws(CodecFailure) -> Candidate? {
        guard let bytes = try picture.png(colours: colours, maxCount: maxCount) else { return nil }
        return Candidate(bytes: bytes, encoding: .png, size: picture.size, kept: kept)
    }
}
