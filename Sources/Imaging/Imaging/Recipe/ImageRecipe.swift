import ImageHeaders

/// The renditions that are made from every picture, and their encodings. The same bytes and the same recipe give the
/// same output.
package struct ImageRecipe: Sendable, Hashable {
    /// The renditions in the order of the output; at least one.
    package var renditions: [RenditionRecipe]
    /// 1 to 100, on libjpeg's scale.
    package var jpegQuality: UInt8
    /// 1 to 100, on libwebp's scale. Nil for clients that do not know WebP: PNG then takes its place.
    package var webpQuality: UInt8?
    package var limits: ImageLimits

    package init(
        renditions: [RenditionRecipe] = [.full, .thumb], jpegQuality: UInt8 = 80, webpQuality: UInt8? = 90,
        limits: ImageLimits = ImageLimits()
    ) {
        self.renditions = renditions
        self.jpegQuality = jpegQuality
        self.webpQuality = webpQuality
        self.limits = limits
    }

    /// Increases whenever the same recipe gives other bytes than before.
    static let version = 2

    /// The size of the picture from which all renditions are made.
    var largestSide: UInt32 { self.renditions.map(\.maxSide).max() ?? 1 }

    /// Returns the name of a rendition in object keys: `v2-2048-q80-w90`, or `v2-320of2048-q80` without WebP.
    /// Everything that changes the bytes is part of it. Limits are not: they only decide whether there is an output.
    package func identifier(of rendition: RenditionRecipe) -> String {
        let origin = rendition.maxSide == self.largestSide ? "" : "of\(self.largestSide)"
        let webp = self.webpQuality.map { "-w\($0)" } ?? ""
        return "v\(Self.version)-\(rendition.maxSide)\(origin)-q\(self.jpegQuality)\(webp)"
    }
}

/// The name and size of one rendition.
package struct RenditionRecipe: Sendable, Hashable {
    /// A lower-case word that tells its purpose.
    package var name: String
    /// The longer side is at most this many pixels. Pictures are never enlarged.
    package var maxSide: UInt32

    package init(name: String, maxSide: UInt32) {
        self.name = name
        self.maxSide = maxSide
    }

    package static let full = RenditionRecipe(name: "full", maxSide: 2048)
    package static let thumb = RenditionRecipe(name: "thumb", maxSide: 320)
}

/// Limits on a source that are checked before it is decoded. Each limit has its own `CodecFailure.Kind`.
package struct ImageLimits: Sendable, Hashable {
    package var bytes: UInt64 = 25_000_000
    package var pixels: UInt64 = 50_000_000
    package var side: UInt32 = ImageHeaderLimits.side
    package var progressiveScans: UInt32 = 100
    /// The frames of an animation, although only the first one is decoded.
    package var frames: UInt32 = 10_000
    package var profileBytes: UInt64 = 4 << 20
    /// The memory that libjpeg may use: a progressive picture needs two bytes for each sample until its last scan.
    package var decoderMemoryBytes: UInt64 = 512 << 20
    /// Enforced by the worker process, not by the function that works in this process.
    package var cpuSeconds: UInt32 = 20

    package init() {}
}
