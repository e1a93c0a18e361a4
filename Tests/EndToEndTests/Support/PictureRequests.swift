import CImagingTestSupport
import HTTPMessages
import HTTPServer
import Synchronization

/// Serves drawn pictures by name, and counts the requests for each.
final class PictureRequests: Sendable {
    private let counts = Mutex<[String: Int]>([:])
    private let asked: AsyncStream<String>
    private let ask: AsyncStream<String>.Continuation

    private let released: AsyncStream<Void>
    private let releasing: AsyncStream<Void>.Continuation

    init() {
        (asked, ask) = AsyncStream.makeStream(of: String.self)
        (released, releasing) = AsyncStream.makeStream(of: Void.self)
    }

    /// Whether requests for `ill-….jpg` fail.
    private let isIll = Mutex(true)
    func heal() { isIll.withLock { $0 = false } }

    func count(of name: String) -> Int { counts.withLock { $0[name] ?? 0 } }

    /// Answers the pending requests for `held.jpg`.
    func release() { releasing.finish() }

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let name = request.segments.last ?? ""
        counts.withLock { $0[name, default: 0] += 1 }
        ask.yield(name)
        if name == "held.jpg" { for await _ in released {} }
        if name.hasPrefix("ill-"), isIll.withLock({ $0 }) { return HTTPResponse(.serviceUnavailable) }
        guard let bytes = Self.pictures[name] ?? Self.numbered(name) else { return HTTPResponse(.notFound) }
        return HTTPResponse(.ok, headers: ["Content-Type": "image/jpeg"], body: .bytes(bytes))
    }

    /// The number of all requests so far.
    var count: Int { counts.withLock { $0.values.reduce(0, +) } }

    /// Returns when `name` has been requested since the last call.
    func awaitRequest(for name: String) async {
        for await asked in asked where asked == name { return }
    }

    static let photo = jpeg(2600, 1300)
    static let drawing = png(400, 300)
    static let webp: [UInt8] = {
        var drawn = draw_make_webp(500, 350, false, true)
        defer { draw_buffer_free(&drawn) }
        return Array(UnsafeBufferPointer(start: drawn.bytes, count: drawn.count))
    }()

    private static let pictures: [String: [UInt8]] = [
        "photo.jpg": photo,
        "other.jpg": jpeg(800, 600),
        "held.jpg": jpeg(640, 480),
        "drawing.png": drawing,
        "cut-off.jpg": Array(photo.prefix(photo.count / 2)),
        "page.jpg": Array("<!doctype html><title>404</title>".utf8),
    ]

    /// All `same-….jpg` have the same bytes; all `small-….jpg` and `ill-….jpg` have different ones.
    static func numbered(_ name: String) -> [UInt8]? {
        if name.hasPrefix("same-") { return small }
        guard name.hasPrefix("small-") || name.hasPrefix("ill-") else { return nil }
        let text = Array(name.utf8.prefix(64))
        // A comment after the start of the picture.
        return Array(small[..<2]) + [0xFF, 0xFE, 0, UInt8(text.count + 2)] + text + small[2...]
    }

    private static let small = jpeg(64, 48)

    private static func jpeg(_ width: UInt32, _ height: UInt32) -> [UInt8] {
        var options = draw_jpeg()
        options.width = width
        options.height = height
        options.space = DRAW_YCC
        options.h = 2
        options.v = 2
        options.quality = 95
        var drawn = draw_make_jpeg(&options)
        defer { draw_buffer_free(&drawn) }
        return Array(UnsafeBufferPointer(start: drawn.bytes, count: drawn.count))
    }

    private static func png(_ width: UInt32, _ height: UInt32) -> [UInt8] {
        var options = draw_png()
        options.width = width
        options.height = height
        options.colour_type = 6
        options.depth = 8
        options.cut_out = true
        var drawn = draw_make_png(&options)
        defer { draw_buffer_free(&drawn) }
        return Array(UnsafeBufferPointer(start: drawn.bytes, count: drawn.count))
    }
}
