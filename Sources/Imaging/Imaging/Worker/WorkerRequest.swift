/// One job for a worker.
package struct WorkerRequest: Sendable, Equatable {
    package var recipe: ImageRecipe
    package var source: [UInt8]
    package var declared: DeclaredType

    package init(recipe: ImageRecipe, source: [UInt8], declared: DeclaredType = DeclaredType()) {
        self.recipe = recipe
        self.source = source
        self.declared = declared
    }

    package func encoded() -> [UInt8] {
        var writer = FrameWriter()
        writer.write(self.recipe)
        writer.write(self.declared.contentType ?? "", upTo: Self.maxDeclaredLength)
        // The end of the name has the extension.
        writer.write(String(self.declared.name?.suffix(256) ?? ""), upTo: Self.maxDeclaredLength)
        return WorkerProtocol.frame(WorkerProtocol.requestMagic, header: writer.bytes, payload: self.source)
    }

    init(header: ArraySlice<UInt8>, payload: [UInt8]) throws(FrameError) {
        var reader = FrameReader(header)
        self.recipe = try reader.readRecipe()
        let contentType = try reader.readString()
        let name = try reader.readString()
        try reader.finish()
        self.declared = DeclaredType(
            contentType: contentType.isEmpty ? nil : contentType, name: name.isEmpty ? nil : name)
        self.source = payload
    }

    /// Longer values would not fit the header and say nothing more.
    private static let maxDeclaredLength = 1024
}

extension FrameWriter {
    fileprivate mutating func write(_ recipe: ImageRecipe) {
        self.write(UInt8(clamping: recipe.renditions.count))
        for rendition in recipe.renditions.prefix(Int(UInt8.max)) {
            self.write(rendition.name)
            self.write(rendition.maxSide)
        }
        self.write(recipe.jpegQuality)
        self.write(recipe.webpQuality ?? 0)
        self.write(recipe.limits.bytes)
        self.write(recipe.limits.pixels)
        self.write(recipe.limits.side)
        self.write(recipe.limits.progressiveScans)
        self.write(recipe.limits.frames)
        self.write(recipe.limits.profileBytes)
        self.write(recipe.limits.decoderMemoryBytes)
        self.write(recipe.limits.cpuSeconds)
    }
}

extension FrameReader {
    fileprivate mutating func readRecipe() throws(FrameError) -> ImageRecipe {
        var renditions: [RenditionRecipe] = []
        for _ in 0..<(try self.read(UInt8.self)) {
            let name = try self.readString()
            renditions.append(RenditionRecipe(name: name, maxSide: try self.read(UInt32.self)))
        }
        let jpegQuality = try self.read(UInt8.self)
        let webpQuality = try self.read(UInt8.self)
        var limits = ImageLimits()
        limits.bytes = try self.read(UInt64.self)
        limits.pixels = try self.read(UInt64.self)
        limits.side = try self.read(UInt32.self)
        limits.progressiveScans = try self.read(UInt32.self)
        limits.frames = try self.read(UInt32.self)
        limits.profileBytes = try self.read(UInt64.self)
        limits.decoderMemoryBytes = try self.read(UInt64.self)
        limits.cpuSeconds = try self.read(UInt32.self)
        guard !renditions.isEmpty, renditions.allSatisfy({ $0.maxSide > 0 }), (1...100).contains(jpegQuality),
            webpQuality <= 100
        else { throw .malformed("an impossible recipe") }
        return ImageRecipe(
            renditions: renditions, jpegQuality: jpegQuality, webpQuality: webpQuality == 0 ? nil : webpQuality,
            limits: limits)
    }
}
