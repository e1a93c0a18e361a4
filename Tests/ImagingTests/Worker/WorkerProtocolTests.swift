import Testing

@testable import Imaging

@Suite struct WorkerProtocolTests {
    static let source = SourceDescription(
        format: "jpeg", byteCount: 1234, sha256: "ab", size: PixelSize(width: 30, height: 20), isAnimated: true,
        contradicts: "png")

    static let responses: [WorkerResponse] = [
        .ready(WorkerReadiness(seccomp: true)),
        .ready(WorkerReadiness(seccomp: false)),
        .finished(
            ImageOutcome(
                source: source,
                result: .success(
                    EncodedImage(
                        renditions: [
                            EncodedRendition(
                                name: "full", bytes: [1, 2], sha256: "cd", encoding: .png,
                                size: PixelSize(width: 3, height: 2), kept: .reducedSize),
                            EncodedRendition(
                                name: "thumb", bytes: [3], sha256: "ef", encoding: .webp,
                                size: PixelSize(width: 1, height: 1), kept: .palette),
                        ], thumbHash: [1, 2, 255]))),
            cpu: .microseconds(4711)),
        .finished(
            ImageOutcome(
                source: SourceDescription(format: "unknown", byteCount: 0, sha256: "", size: nil),
                result: .failure(CodecFailure(.tooManyBytes, "too many", limit: 0, value: .max))),
            cpu: .zero),
        .finished(
            ImageOutcome(source: source, result: .failure(CodecFailure(.corrupt, "ü"))), cpu: .seconds(3)),
    ]

    @Test(arguments: responses)
    func aResponseComesBackAsItWas(response: WorkerResponse) throws {
        var decoder = WorkerResponseDecoder()
        decoder.feed(response.encoded())
        #expect(try decoder.next() == response)
        #expect(try decoder.next() == nil)
    }

    @Test(arguments: [1, 2, 3, 7, 64, 1000])
    func responsesComeOutOfPiecesOfAnySize(size: Int) throws {
        let stream = Self.responses.flatMap { $0.encoded() }
        var decoder = WorkerResponseDecoder()
        var found: [WorkerResponse] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            decoder.feed(stream[start..<min(start + size, stream.count)])
            while let response = try decoder.next() { found.append(response) }
        }
        #expect(found == Self.responses)
    }

    @Test func aPayloadLongerThanAllowedIsRefusedBeforeItArrives() throws {
        var decoder = WorkerResponseDecoder(maxPayloadLength: 2)
        decoder.feed(Self.responses[2].encoded().prefix(12))
        #expect(throws: FrameError.tooLong(limit: 2, value: 3)) { try decoder.next() }
    }

    @Test(arguments: 0..<12)
    func aDamagedPrefixIsRefusedOrWaitsForMore(at index: Int) throws {
        var bytes = Self.responses[2].encoded()
        bytes[index] ^= 0xff
        var decoder = WorkerResponseDecoder(maxPayloadLength: 1000)
        decoder.feed(bytes)
        if index < 4 || index % 4 > 1 || index == 9 || index == 5 {
            #expect(throws: FrameError.self) { try decoder.next() }
        }
    }

    @Test(arguments: responses)
    func aHeaderCutShortIsMalformed(response: WorkerResponse) throws {
        let frame = response.encoded()
        let header = Int(frame[4])
        for count in 0..<header {
            #expect(throws: FrameError.self) {
                try WorkerResponse(header: frame[12..<12 + count], payload: [])
            }
        }
    }

    @Test func aRequestComesBackAsItWas() throws {
        var limits = ImageLimits()
        limits.bytes = 1
        limits.progressiveScans = 7
        limits.cpuSeconds = 3
        limits.frames = 5
        let recipe = ImageRecipe(
            renditions: [.init(name: "a", maxSide: 320), .init(name: "b", maxSide: 7)], jpegQuality: 77,
            webpQuality: nil, limits: limits)
        let name = String(repeating: "/folder", count: 900) + "/name.jpg"
        let frame = WorkerRequest(
            recipe: recipe, source: [9, 9], declared: DeclaredType(contentType: "image/png", name: name)
        ).encoded()
        let lengths = try WorkerProtocol.lengths(frame[..<12], magic: WorkerProtocol.requestMagic)
        #expect(lengths.payload == 2)
        #expect(frame.count == 12 + lengths.header + 2)
        let request = try WorkerRequest(header: frame[12..<12 + lengths.header], payload: [9, 9])
        #expect(request.recipe == recipe)
        #expect(request.declared == DeclaredType(contentType: "image/png", name: String(name.suffix(256))))
    }
}
