/// What is made of every picture. The same bytes and the same recipe give the same output.
package struct ImageRecipe: Sendable, Hashable {
    /// The longer side of the output is at most this many pixels. Pictures are never enlarged.
    package var maxSide: UInt32
    /// 1 to 100, on libjpeg's scale.
    package var jpegQuality: UInt8
    package var limits: ImageLimits

    package init(maxSide: UInt32 = 2048, jpegQuality: UInt8 = 80, limits: ImageLimits = ImageLimits()) {
        self.maxSide = maxSide
        self.jpegQuality = jpegQuality
        self.limits = limits
    }

    /// Raised whenever other bytes come out of the same recipe.
    static let version = 1

    /// A name for object keys, such as `v1-2048-q80`. Limits only decide whether there is an output, so they are not
    /// part of it.
    package var identifier: String {
        "v\(Self.version)-\(self.maxSide)-q\(self.jpegQuality)"
    }
}

/// What a source may ask for before it is decoded. Each limit has its own `ImageFailure.Kind`.
package struct ImageLimits: Sendable, Hashable {
    package var bytes: UInt64 = 25_000_000
    package var pixels: UInt64 = 50_000_000
    package var side: UInt32 = 30_000
    package var progressiveScans: UInt32 = 100
    package var profileBytes: UInt64 = 4 << 20
    /// What libjpeg may hold at once: a progressive picture needs two bytes a sample until its last scan.
    package var decoderMemoryBytes: UInt64 = 512 << 20
    /// Kept by the worker process, not by the in-process function.
    package var cpuSeconds: UInt32 = 20

    package init() {}
}
