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
    package init(parsing bytes: [UInt8]) throws(JSONError) {
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
        document = read
        try Self.checkShape(root, pointer: "", depth: 1)
    }

    deinit { yyjson_doc_free(document) }

    package var root: JSONValue { JSONValue(document: self, raw: yyjson_doc_get_root(document)) }

    /// Refuses what parsers disagree about: a key twice in one object. And what exhausts stacks: deep nesting.
    private static func checkShape(_ value: JSONValue, pointer: String, depth: Int) throws(JSONError) {
        switch value.kind {
        case .object:
            guard depth <= maximumDepth else { throw .tooDeep(limit: maximumDepth) }
            var seen: Set<String> = []
            for (key, member) in value.members {
                let path = "\(pointer)/\(JSONPointer.escaped(key))"
                guard seen.insert(key).inserted else { throw .duplicateKey(pointer: path) }
                if member.isContainer { try checkShape(member, pointer: path, depth: depth + 1) }
            }
        case .array:
            guard depth <= maximumDepth else { throw .tooDeep(limit: maximumDepth) }
            for (index, element) in value.elements.enumerated() where element.isContainer {
                try checkShape(element, pointer: "\(pointer)/\(index)", depth: depth + 1)
            }
        case .null, .boolean, .number, .string:
            break
        }
    }
}
