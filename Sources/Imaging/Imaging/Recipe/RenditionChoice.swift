/// Chooses what is kept for one source, by the picture's content and not by the source's format. It makes a candidate
/// only while that candidate can still win.
struct RenditionChoice {
    let byteCount: Int
    let recipe: ImageRecipe
    private let isFromJPEG: Bool

    init(of source: borrowing ImageSource, byteCount: Int, recipe: ImageRecipe) {
        self.byteCount = byteCount
        self.recipe = recipe
        self.isFromJPEG = source.isJPEG
    }

    func run(_ source: borrowing ImageSource) throws(CodecFailure) -> EncodedImage {
        let sourceSide = source.size.longerSide
        let whole = try self.requantise(source)
        let picture = try source.decode(maxSide: whole == nil ? self.recipe.largestSide : self.sideBelow(sourceSide))
        return EncodedImage(
            renditions: try self.renditions(source, whole, picture), thumbHash: try picture.thumbHash())
    }

    /// This is a function of its own because Swift 6.0's optimiser fails on a noncopyable picture that lives through a
    /// loop.
    private func renditions(
        _ source: borrowing ImageSource, _ whole: Candidate?, _ picture: borrowing Picture
    ) throws(CodecFailure) -> [EncodedRendition] {
        let sourceSide = source.size.longerSide
        var made: [(side: UInt32, rendition: EncodedRendition)] = []
        for wanted in self.recipe.renditions {
            // Pictures are never enlarged, so two renditions may have the same size.
            let side = min(wanted.maxSide, sourceSide)
            if var same = made.first(where: { $0.side == side })?.rendition {
                same.name = wanted.name
                made.append((side, same))
            } else if let whole, side == sourceSide {
                made.append((side, try whole.finished(wanted.name)))
            } else if side >= picture.size.longerSide {
                made.append((side, try self.best(source, picture).finished(wanted.name)))
            } else {
                made.append((side, try self.best(source, picture.shrunk(to: side)).finished(wanted.name)))
            }
        }
        return made.map(\.rendition)
    }

    /// The size to decode when the source needs no pixels at its own size.
    private func sideBelow(_ sourceSide: UInt32) -> UInt32 {
        self.recipe.renditions.map(\.maxSide).filter { $0 < sourceSide }.max() ?? Self.sideForThumbHash
    }

    private static let sideForThumbHash: UInt32 = 100

    /// Encodes a JPEG that keeps its size without decoding its pixels. Nil where the pixels are needed, and where the
    /// output is bigger than the source.
    private func requantise(_ source: borrowing ImageSource) throws(CodecFailure) -> Candidate? {
        guard source.requantises(maxSide: self.recipe.largestSide) else { return nil }
        let (bytes, isLossless) = try source.requantised(quality: self.recipe.jpegQuality)
        let encoded = Candidate(
            bytes: bytes, encoding: .jpeg, size: source.size, kept: isLossless ? .strippedSource : .encoded)
        if !isLossless, !encoded.isWorthItsLoss(comparedWith: self.byteCount) {
            let stripped = Candidate(
                bytes: try source.strip(), encoding: .jpeg, size: source.size, kept: .strippedSource)
            if self.isAllowed(stripped), !encoded.isWorthItsLoss(comparedWith: stripped.bytes.count) { return stripped }
        }
        return self.isAllowed(encoded) ? encoded : nil
    }

    private func best(
        _ source: borrowing ImageSource, _ picture: borrowing Picture
    ) throws(CodecFailure) -> Candidate {
        let encoded = try self.encode(picture)
        if let stripped = try self.strip(source, picture, unlessBeatenBy: encoded) { return stripped }
        if let encoded, self.isAllowed(encoded) { return encoded }
        return try self.reduce(picture)
    }

    func isAllowed(_ candidate: Candidate) -> Bool { candidate.bytes.count <= self.byteCount }

    /// Returns the source's own pixels where they need no change and no encoding of them is better.
    private func strip(
        _ source: borrowing ImageSource, _ picture: borrowing Picture, unlessBeatenBy encoded: Candidate?
    ) throws(CodecFailure) -> Candidate? {
        guard source.isReady(maxSide: picture.size.longerSide), let encoding = source.strippedEncoding,
            encoding != .webp || self.recipe.webpQuality != nil
        else { return nil }
        let lossy = encoded?.kept == .lossless ? nil : encoded
        if let lossy, lossy.isWorthItsLoss(comparedWith: self.byteCount) { return nil }
        let stripped = Candidate(
            bytes: try source.strip(), encoding: encoding, size: picture.size, kept: .strippedSource)
        guard self.isAllowed(stripped) else { return nil }
        if let lossy { return lossy.isWorthItsLoss(comparedWith: stripped.bytes.count) ? nil : stripped }
        guard let encoded else { return stripped }
        return stripped.bytes.count <= encoded.bytes.count ? stripped : nil
    }

    /// Encodes with the recipe's quality. Nil when that is bigger than the source and there are other ways.
    private func encode(_ picture: borrowing Picture) throws(CodecFailure) -> Candidate? {
        if picture.hasAlpha { return try self.transparent(picture) }
        let isDrawing = picture.flatness > Self.flatnessOfDrawings || (picture.colourCount ?? .max) <= Self.fewColours
        if !self.isFromJPEG, isDrawing { return try self.drawing(picture) }
        let jpeg = try self.jpeg(picture, quality: self.recipe.jpegQuality, kept: .encoded)
        return self.isFromJPEG || picture.colourCount == nil ? jpeg : try self.choose(picture, [jpeg])
    }

    /// Below this, lossless has never been smaller than JPEG in tests, and takes ten times as long to find out.
    private static let flatnessOfDrawings = 0.3
    private static let fewColours = 32
}
