import JSON

/// The JSON form of images in events, in the read model, and in the documents that clients get.
extension ProductImage {
    /// The images of a product as the read model stores them and the API shows them.
    package static func json(_ images: [ProductImage]) -> [UInt8] {
        var writer = JSONWriter()
        writer.array(images) { $1.write(to: &$0) }
        return writer.bytes
    }

    package var json: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    private func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id.text)
            json.member("source", source)
            switch state {
            case .pending:
                json.member("status", "pending")
            case .compressed(let image):
                json.member("status", "compressed")
                if isRefreshing { json.member("refreshing", true) }
                image.writeMembers(to: &json)
            case .failed(let failure):
                json.member("status", "failed")
                json.key("error")
                json.object { failure.writeMembers(to: &$0) }
            }
        }
    }

    /// Reads the array that `json(_:)` wrote.
    package static func images(fromJSON bytes: [UInt8]) throws(EventFault) -> [ProductImage] {
        var images: [ProductImage] = []
        for object in try EventData.objects(parsing: bytes) {
            let state: State
            switch try object.string("status") {
            case "pending": state = .pending
            case "compressed": state = .compressed(try CompressedImage(object))
            case "failed": state = .failed(try ImageFailure(try object.object("error")))
            default: throw object.fault("status", "is not a known status")
            }
            images.append(
                ProductImage(
                    id: ImageID(try object.string("id")), source: try object.string("source"), state: state,
                    isRefreshing: try object.optionalFlag("refreshing") ?? false))
        }
        return images
    }
}

extension CompressedImage {
    package var json: [UInt8] { JSONWriter.object { writeMembers(to: &$0) } }

    package init(json: [UInt8]) throws(EventFault) { try self.init(EventData(json)) }

    func writeMembers(to json: inout JSONWriter) {
        json.key("renditions")
        json.array(renditions) { json, rendition in json.object { rendition.writeMembers(to: &$0) } }
        json.member("thumb_hash", thumbHash)
        json.member("animated", isAnimated)
        json.member("source_format", source.format)
        if let declared = source.declaredFormat { json.member("declared_format", declared) }
        json.member("source_bytes", source.bytes)
        json.member("source_sha256", source.digest)
    }

    init(_ data: EventData) throws(EventFault) {
        var renditions: [ImageRendition] = []
        for object in try data.objects("renditions", maximum: WriterBound.renditions) {
            renditions.append(try ImageRendition(object))
        }
        self.init(
            renditions: renditions, thumbHash: try data.string("thumb_hash", bytes: WriterBound.word),
            isAnimated: try data.flag("animated"),
            source: SourceFile(
                format: try data.string("source_format", bytes: WriterBound.word),
                declaredFormat: try data.optionalString("declared_format"),
                bytes: try data.count("source_bytes"), digest: try data.string("source_sha256", bytes: WriterBound.word)
            ))
    }
}

extension ImageRendition {
    func writeMembers(to json: inout JSONWriter) {
        json.member("name", name)
        json.member("url", url)
        json.member("object_key", objectKey)
        json.member("content_type", contentType)
        json.member("width", width)
        json.member("height", height)
        json.member("bytes", bytes)
        json.member("kept", kept)
    }

    init(_ data: EventData) throws(EventFault) {
        self.init(
            name: try data.string("name", bytes: WriterBound.word),
            objectKey: try data.string("object_key", bytes: WriterBound.address),
            url: try data.string("url", bytes: WriterBound.address),
            contentType: try data.string("content_type", bytes: WriterBound.word), width: try data.count("width"),
            height: try data.count("height"), bytes: try data.count("bytes"),
            kept: try data.string("kept", bytes: WriterBound.word))
    }
}

extension ImageFailure {
    func writeMembers(to json: inout JSONWriter) {
        json.member("reason", reason)
        json.member("detail", detail)
        json.member("attempts", attempts)
    }

    init(_ data: EventData) throws(EventFault) {
        self.init(
            reason: try data.string("reason", bytes: WriterBound.word),
            detail: try data.string("detail", bytes: WriterBound.sentence), attempts: try data.count("attempts"))
    }
}
