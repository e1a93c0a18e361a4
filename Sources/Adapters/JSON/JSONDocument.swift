import CYYJSON

/// A parsed JSON text. Its values are views of it and keep it alive.
///
/// The text must conform to RFC 8259: UTF-8 without lone surrogates, comments, trailing commas or text after the value.
/// Numbers keep their digits (`JSONValue.number`), so that no price is converted to binary floating point.
package final class JSONDocument: @unchecked Sendable {
    // `@unchecked`: nothing writes to a yyjson document once it is parsed.
    private let document: UnsafeMutablePointer<yyjson_doc>

    /// The maximum nesting. No text that Warelog reads is deeper than four.
    package static let maximumDepth = 32

    /// Parses all of `bytes`, in time and memory linear in their count.
    ///
    /// With `loneSurrogatesAsNUL`, the escape of a lone surrogate, which means no character, is read as a NUL. A caller
    /// that refuses NUL then knows which field contains it.
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
            // Without YYJSON_READ_INSITU, yyjson copies the text and does not write to it.
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
