/// One job for a worker.
package struct WorkerRequest: Sendable, Equatable {
    package var recipe: ImageRecipe
    package var source: [UInt8]

    package init(recipe: ImageRecipe, source: [UInt8]) {
        self.recipe = recipe
        self.source = source
    }

    package func encoded() -> [UInt8] {
        WorkerProtocol.frame(WorkerProtocol.requestMagic, header: self.recipe.header, payload: self.source)
    }
}

extension ImageRecipe {
    fileprivate var header: [UInt8] {
        var writer = FrameWriter()
        writer.write(self.maxSide)
        writer.write(self.jpegQuality)
        writer.write(self.limits.bytes)
        writer.write(self.limits.pixels)
        writer.write(self.limits.side)
        writer.write(self.limits.progressiveScans)
        writer.write(self.limits.profileBytes)
        writer.write(self.limits.decoderMemoryBytes)
        writer.write(self.limits.cpuSeconds)
        return writer.bytes
    }

    init(header: ArraySlice<UInt8>) throws(FrameError) {
        var reader = FrameReader(header)
        var limits = ImageLimits()
        let maxSide = try reader.read(UInt32.self)
        let jpegQuality = try reader.read(UInt8.self)
        limits.bytes = try reader.read(UInt64.self)
        limits.pixels = try reader.read(UInt64.self)
        limits.side = try reader.read(UInt32.self)
        limits.progressiveScans = try reader.read(UInt32.self)
        limits.profileBytes = try reader.read(UInt64.self)
        limits.decoderMemoryBytes = try reader.read(UInt64.self)
        limits.cpuSeconds = try reader.read(UInt32.self)
        try reader.finish()
        guard maxSide > 0, (1...100).contains(jpegQuality) else { throw .malformed("an impossible recipe") }
        self.init(maxSide: maxSide, jpegQuality: jpegQuality, limits: limits)
    }
}
