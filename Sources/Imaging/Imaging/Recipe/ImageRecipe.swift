import ImageHeaders

/// What is made of every picture. The same bytes and the same recipe give the same output.
package struct ImageRecipe: Sendable, Hashable {
    /// In the order in which they come out; at least one.
    package var renditions: [RenditionRecipe]
    /// 1 to 100, on libjpeg's scale.
    package var jpegQuality: UInt8
    /// 1 to 100, on libwebp's scale; nil where there are clients that do not know WebP: then PNG takes its place.
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

    /// Raised whenever other bytes come out of the same recipe.
    static let version = 2

    /// All renditions are made from one picture of this size.
    var largestSide: UInt32 { self.renditions.map(\.maxSide).max() ?? 1 }

    /// A name for a rendition in object keys: `v2-2048-q80-w90`, or `v2-320of2048-q80` where WebP is not known.
    /// Whatever decides on the bytes is part of it; limits only decide whether there are any.
    package func identifier(of rendition: RenditionRecipe) -> String {
        let origin = rendition.maxSide == self.largestSide ? "" : "of\(self.largestSide)"
        let webp = self.webpQuality.map { "-w\($0)" } ?? ""
        return "v\(Self.version)-\(rendition.maxSide)\(origin)-q\(self.jpegQuality)\(webp)"
    }
}

/// One of the outputs.
package struct RenditionRecipe: Sendable, Hashable {
    /// What it is for: a lower-case word.
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

/// What a source may ask for before it is decoded. Each limit has its own `CodecFailure.Kind`.
package struct ImageLimits: Sendable, Hashable {
    package var bytes: UInt64 = 25_000_000
    package var pixels: UInt64 = 50_000_000
    package var side: UInt32 = ImageHeaderLimits.side
    package var progressiveScans: UInt32 = 100
    /// Of an animation, although only the first one is decoded.
    package var frames: UInt32 = 10_000
    package var profileBytes: UInt64 = 4 << 20
    /// What libjpeg may hold at once: a progressive picture needs two bytes a sample until its last scan.
    package var decoderMemoryBytes: UInt64 = 512 << 20
    /// Kept by the worker process, not by the in-process function.
    package var cpuSeconds: UInt32 = 20

    package init() {}
}
