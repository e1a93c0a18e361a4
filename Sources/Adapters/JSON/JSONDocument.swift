import CYYJSON

/// Parsed JSON text. Its values are views into it and keep it alive.
///
/// The text must be RFC 8259 to the letter: UTF-8 without lone surrogates, no comments, no trailing commas, nothing
/// after the value. Numbers keep their digits (`JSONValue.number`), so that no price passes through binary floating
/// point.
package final class JSONDocument: @unchecked Sendable {
    // `@unchecked`: a yyjson document is never written after it was read.
    private let document: UnsafeMutablePointer<yyjson_doc>

    /// Nesting beyond this is refused: nothing that Warelog reads is deeper than four.
    package static let maximumDepth = 32

    /// Parses `bytes` whole. Work and memory are linear in their number.
    ///
    /// With `loneSurrogatesAsNUL` the escape of a lone surrogate, which stands for no character, is read as a NUL: a
    /// reader that refuses NUL then knows which field it is in.
    package convenience init(parsing bytes: [UInt8], loneSurrogatesAsNUL: Bool = false) throws(JSONError) {
        let document: UnsafeMutablePointer<yyjson_doc>
        do {
            document = try Self.read(bytes)
        } catch {
            guard loneSurrogatesAsNUL, let repaired = SurrogateEscapes.loneOnesMadeNUL(in: bytes) else { throw error }
            document = try Self.read(repaired)
        }
        self.init(document)
        try Shape.check(yyjson_doc_get_root(document), depth: 1)
    }

    private init(_ document: UnsafeMutablePointer<yyjson_doc>) { self.document = document }

    deinit { yyjson_doc_free(document) }

    package var root: JSONValue { JSONValue(document: self, raw: yyjson_doc_get_root(document)) }

    private static func read(_ bytes: [UInt8]) throws(JSONError) -> UnsafeMutablePointer<yyjson_doc> {
        var failure = yyjson_read_err()
        let read = bytes.withUnsafeBytes { raw in
            // The text is only read: without YYJSON_READ_INSITU yyjson copies it.
            yyjson_read_opts(
                UnsafeMutableRawPointer(mutating: raw.baseAddress)?.assumingMemoryBound(to: CChar.self), raw.count,
                YYJSON_READ_NUMBER_AS_RAW, nil, &failure)
        }
        guard let read else {
            throw .malformed(failure.msg.map { String(cString: $0) } ?? "unreadable", offset: Int(failure.pos))
        }
        return read
    }
}
