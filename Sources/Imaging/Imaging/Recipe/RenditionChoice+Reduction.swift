/// The last resort: with the recipe's quality the picture is bigger than the source, and the source cannot be kept.
extension RenditionChoice {
    private static let lowestQuality: UInt8 = 30
    private static let fewerColours: [UInt32] = [256, 128, 64, 32, 16]
    private static let smallerSides = 4

    /// Reduces the quality and then the size until the output is not bigger than the source.
    func reduce(_ picture: borrowing Picture) throws(CodecFailure) -> Candidate {
        if let candidate = try self.reduceQuality(picture, kept: .reducedQuality) { return candidate }
        var side = picture.size.longerSide
        for _ in 0..<Self.smallerSides {
            side = max(1, side / 4 * 3)
            let smaller = try picture.shrunk(to: side)
            if let candidate = try self.reduceQuality(smaller, kept: .reducedSize) { return candidate }
        }
        throw CodecFailure(.notSmaller, "every output is bigger than the source's \(self.byteCount) bytes")
    }

    private func reduceQuality(
        _ picture: borrowing Picture, kept: KeptCandidate
    ) throws(CodecFailure) -> Candidate? {
        guard picture.hasAlpha else {
            return try self.reduceQuality(from: self.recipe.jpegQuality) { quality throws(CodecFailure) in
                try self.jpeg(picture, quality: quality, kept: kept)
            }
        }
        if let quality = self.recipe.webpQuality {
            let candidate = try self.reduceQuality(from: quality) { quality throws(CodecFailure) in
                try self.webp(picture, quality: quality, kept: kept)
            }
            if let candidate { return candidate }
        }
        for colours in Self.fewerColours {
            if let candidate = try self.palette(picture, colours: colours, kept: kept, maxCount: self.byteCount) {
                return candidate
            }
        }
        return nil
    }

    private func reduceQuality(
        from start: UInt8, _ encode: (UInt8) throws(CodecFailure) -> Candidate
    ) throws(CodecFailure) -> Candidate? {
        var quality = start
        while quality > Self.lowestQuality {
            quality = max(Self.lowestQuality, quality - min(quality, 10))
            let candidate = try encode(quality)
            if self.isAllowed(candidate) { return candidate }
        }
        return nil
    }
}
