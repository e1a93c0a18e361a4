/// The choice of what is kept for one source: candidates are made only as far as they can still win.
struct Compression {
    private let byteCount: Int
    private let recipe: ImageRecipe
    private let mayBeDrawing: Bool

    init(of source: borrowing Source, byteCount: Int, recipe: ImageRecipe) {
        self.byteCount = byteCount
        self.recipe = recipe
        self.mayBeDrawing = !source.isJPEG
    }

    func run(_ source: borrowing Source) throws(ImageFailure) -> CompressedImage {
        let picture = try source.decode(maxSide: self.recipe.largestSide)
        var made: [(side: UInt32, rendition: Rendition)] = []
        for wanted in self.recipe.renditions {
            // Pictures are never enlarged: to two that are large enough, the same comes.
            let side = min(wanted.maxSide, picture.size.longerSide)
            if var same = made.first(where: { $0.side == side })?.rendition {
                same.name = wanted.name
                made.append((side, same))
            } else if side == picture.size.longerSide {
                made.append((side, try self.best(source, picture).finished(wanted.name)))
            } else {
                made.append((side, try self.best(source, picture.shrunk(to: side)).finished(wanted.name)))
            }
        }
        return CompressedImage(renditions: made.map(\.rendition), thumbHash: try picture.thumbHash())
    }

    private func best(
        _ source: borrowing Source, _ picture: borrowing Picture
    ) throws(ImageFailure) -> Candidate {
        let encoded = try self.encode(picture)
        if source.isReady(maxSide: picture.size.longerSide), !self.isWorthItsLoss(encoded, comparedWith: self.byteCount) {
            let stripped = Candidate(
                bytes: try source.strip(), encoding: source.isJPEG ? .jpeg : .png, size: picture.size,
                kept: .strippedSource, isLossless: true)
            if self.isAllowed(stripped), self.isBetter(stripped, than: encoded) { return stripped }
        }
        if let encoded, self.isAllowed(encoded) { return encoded }
        return try self.reduce(picture)
    }

    private func isAllowed(_ candidate: Candidate) -> Bool { candidate.bytes.count <= self.byteCount }

    private func isBetter(_ stripped: Candidate, than encoded: Candidate?) -> Bool {
        guard let encoded, encoded.isLossless else {
            return !self.isWorthItsLoss(encoded, comparedWith: stripped.bytes.count)
        }
        return stripped.bytes.count <= encoded.bytes.count
    }

    /// A loss of quality has to buy a tenth of the bytes.
    private func isWorthItsLoss(_ encoded: Candidate?, comparedWith count: Int) -> Bool {
        guard let encoded, !encoded.isLossless else { return false }
        return encoded.bytes.count * 10 < count * 9
    }

    /// As the recipe says: JPEG, or PNG where there is transparency or where it comes out smaller. Nil when that is a
    /// PNG bigger than the source.
    private func encode(_ picture: borrowing Picture) throws(ImageFailure) -> Candidate? {
        if picture.hasAlpha { return try self.png(picture, maxCount: self.byteCount) }
        let jpeg = try self.jpeg(picture, quality: self.recipe.jpegQuality, kept: .encoded)
        guard self.mayBeDrawing, picture.colourCount != nil || picture.flatness > Self.flatnessOfDrawings else {
            return jpeg
        }
        return try self.png(picture, maxCount: jpeg.bytes.count) ?? jpeg
    }

    /// Below this, PNG has not been seen to be smaller than JPEG, and it takes ten times as long to find out.
    private static let flatnessOfDrawings = 0.3
    private static let lowestQuality: UInt8 = 30
    private static let fewerColours: [UInt32] = [256, 128, 64, 32, 16]
    private static let smallerSides = 4

    /// Steps down in quality, then in size, until the output is not bigger than the source.
    private func reduce(_ picture: borrowing Picture) throws(ImageFailure) -> Candidate {
        if let candidate = try self.reduceQuality(picture, kept: .reducedQuality) { return candidate }
        var side = picture.size.longerSide
        for _ in 0..<Self.smallerSides {
            side = max(1, side / 4 * 3)
            let smaller = try picture.shrunk(to: side)
            if let candidate = try self.reduceQuality(smaller, kept: .reducedSize) { return candidate }
        }
        throw ImageFailure(.notSmaller, "every output is bigger than the source's \(self.byteCount) bytes")
    }

    private func reduceQuality(
        _ picture: borrowing Picture, kept: KeptCandidate
    ) throws(ImageFailure) -> Candidate? {
        if picture.hasAlpha {
            for colours in Self.fewerColours {
                if let candidate = try self.png(
                    picture, colours: colours, kept: kept, maxCount: self.byteCount)
                {
                    return candidate
                }
            }
            return nil
        }
        var quality = self.recipe.jpegQuality
        while quality > Self.lowestQuality {
            quality = max(Self.lowestQuality, quality - min(quality, 10))
            let candidate = try self.jpeg(picture, quality: quality, kept: kept)
            if self.isAllowed(candidate) { return candidate }
        }
        return nil
    }

    private func jpeg(
        _ picture: borrowing Picture, quality: UInt8, kept: KeptCandidate
    ) throws(ImageFailure) -> Candidate {
        let bytes = try picture.jpeg(quality: quality, progressive: true)
        return Candidate(bytes: bytes, encoding: .jpeg, size: picture.size, kept: kept, isLossless: false)
    }

    private func png(
        _ picture: borrowing Picture, colours: UInt32? = nil, kept: KeptCandidate = .encoded, maxCount: Int
    ) throws(ImageFailure) -> Candidate? {
        guard let bytes = try picture.png(colours: colours, maxCount: maxCount) else { return nil }
        return Candidate(
            bytes: bytes, encoding: .png, size: picture.size, kept: kept, isLossless: colours == nil)
    }
}

/// One possible output.
private struct Candidate {
    var bytes: [UInt8]
    var encoding: ImageEncoding
    var size: PixelSize
    var kept: KeptCandidate
    var isLossless: Bool

    func finished(_ name: String) throws(ImageFailure) -> Rendition {
        Rendition(
            name: name, bytes: self.bytes, sha256: try ImageDigest.sha256(self.bytes), encoding: self.encoding, size: self.size,
            kept: self.kept)
    }
}
