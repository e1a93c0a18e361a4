/// A message from a worker.
package enum WorkerResponse: Sendable, Equatable {
    case ready(WorkerReadiness)
    case finished(ImageOutcome, cpu: Duration)
}

/// A worker's first message, sent when it has given up the rights that it does not need.
package struct WorkerReadiness: Sendable, Equatable {
    /// Whether system calls are filtered. Some kernels are built without seccomp.
    package var seccomp: Bool

    package init(seccomp: Bool) {
        self.seccomp = seccomp
    }
}

extension WorkerResponse {
    private enum Tag: UInt8 {
        case ready = 0
        case compressed = 1
        case failed = 2
    }

    package func encoded() -> [UInt8] {
        var writer = FrameWriter()
        var payload: [UInt8] = []
        switch self {
        case .ready(let readiness):
            writer.write(Tag.ready.rawValue)
            writer.write(UInt8(readiness.seccomp ? 1 : 0))
        case .finished(let outcome, let cpu):
            switch outcome.result {
            case .success(let image):
                writer.write(Tag.compressed.rawValue)
                writer.write(outcome.source, cpu)
                writer.write(UInt8(clamping: image.thumbHash.count))
                for byte in image.thumbHash.prefix(Int(UInt8.max)) { writer.write(byte) }
                writer.write(UInt8(clamping: image.renditions.count))
                for rendition in image.renditions.prefix(Int(UInt8.max)) {
                    writer.write(rendition)
                    payload += rendition.bytes
                }
            case .failure(let failure):
                writer.write(Tag.failed.rawValue)
                writer.write(outcome.source, cpu)
                writer.write(failure.kind.rawValue)
                writer.write(failure.detail)
                writer.write(failure.limit)
                writer.write(failure.value)
            }
        }
        return WorkerProtocol.frame(WorkerProtocol.responseMagic, header: writer.bytes, payload: payload)
    }

    init(header: ArraySlice<UInt8>, payload: ArraySlice<UInt8>) throws(FrameError) {
        var reader = FrameReader(header)
        switch Tag(rawValue: try reader.read(UInt8.self)) {
        case .ready:
            self = .ready(WorkerReadiness(seccomp: try reader.read(UInt8.self) != 0))
        case .compressed:
            let (source, cpu) = try reader.readSource()
            var thumbHash: [UInt8] = []
            for _ in 0..<(try reader.read(UInt8.self)) { thumbHash.append(try reader.read(UInt8.self)) }
            var renditions: [EncodedRendition] = []
            var rest = payload
            for _ in 0..<(try reader.read(UInt8.self)) { renditions.append(try reader.readRendition(from: &rest)) }
            guard rest.isEmpty else { throw .malformed("a payload is too long") }
            let image = EncodedImage(renditions: renditions, thumbHash: thumbHash)
            self = .finished(ImageOutcome(source: source, result: .success(image)), cpu: cpu)
        case .failed:
            let (source, cpu) = try reader.readSource()
            let failure = CodecFailure(
                try reader.readName(CodecFailure.Kind.self), try reader.readString(),
                limit: try reader.readOptional(), value: try reader.readOptional())
            self = .finished(ImageOutcome(source: source, result: .failure(failure)), cpu: cpu)
        case nil:
            throw .malformed("an unknown response")
        }
        try reader.finish()
    }
}

extension FrameWriter {
    fileprivate mutating func write(_ source: SourceDescription, _ cpu: Duration) {
        self.write(UInt64(max(0, cpu / .microseconds(1))))
        self.write(source.format)
        self.write(source.byteCount)
        self.write(source.sha256)
        self.write(source.size ?? PixelSize(width: 0, height: 0))
        self.write(UInt8(source.isAnimated ? 1 : 0))
        self.write(source.contradicts ?? "")
    }

    fileprivate mutating func write(_ rendition: EncodedRendition) {
        self.write(rendition.name)
        self.write(UInt32(rendition.bytes.count))
        self.write(rendition.sha256)
        self.write(rendition.encoding.rawValue)
        self.write(rendition.size)
        self.write(rendition.kept.rawValue)
    }

    fileprivate mutating func write(_ size: PixelSize) {
        self.write(size.width)
        self.write(size.height)
    }

    fileprivate mutating func write(_ value: UInt64?) {
        self.write(UInt8(value == nil ? 0 : 1))
        self.write(value ?? 0)
    }
}

extension FrameReader {
    fileprivate mutating func readSource() throws(FrameError) -> (SourceDescription, Duration) {
        let microseconds = try self.read(UInt64.self)
        let format = try self.readString()
        let byteCount = try self.read(UInt64.self)
        let sha256 = try self.readString()
        let size = try self.readSize()
        let isAnimated = try self.read(UInt8.self) != 0
        let contradicts = try self.readString()
        let source = SourceDescription(
            format: format, byteCount: byteCount, sha256: sha256, size: size.width == 0 ? nil : size,
            isAnimated: isAnimated, contradicts: contradicts.isEmpty ? nil : contradicts)
        return (source, .microseconds(Int64(clamping: microseconds)))
    }

    /// Removes the rendition's bytes from the front of `payload`.
    fileprivate mutating func readRendition(from payload: inout ArraySlice<UInt8>) throws(FrameError)
        -> EncodedRendition
    {
        let name = try self.readString()
        let count = Int(try self.read(UInt32.self))
        guard count <= payload.count else { throw .malformed("a payload is too short") }
        defer { payload.removeFirst(count) }
        return EncodedRendition(
            name: name, bytes: Array(payload.prefix(count)), sha256: try self.readString(),
            encoding: try self.readName(ImageEncoding.self), size: try self.readSize(),
            kept: try self.readName(KeptCandidate.self))
    }

    fileprivate mutating func readSize() throws(FrameError) -> PixelSize {
        PixelSize(width: try self.read(UInt32.self), height: try self.read(UInt32.self))
    }

    fileprivate mutating func readOptional() throws(FrameError) -> UInt64? {
        let present = try self.read(UInt8.self) != 0
        let value = try self.read(UInt64.self)
        return present ? value : nil
    }
}
