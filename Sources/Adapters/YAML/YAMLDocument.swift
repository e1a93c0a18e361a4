import CLibyaml

/// Reads one YAML 1.1 document with libyaml. Anchors, aliases and tags are refused: nobody needs them in a
/// configuration, and a few lines of aliases can stand for gigabytes.
package enum YAMLDocument {
    /// The maximum nesting of nodes.
    static let maximumDepth = 32

    /// Nil for a text without a document.
    package static func parse(_ text: [UInt8]) throws(YAMLError) -> YAMLValue? {
        let parser = try Parser(text)
        try parser.expect(YAML_STREAM_START_EVENT)
        guard try parser.next().kind != YAML_STREAM_END_EVENT else { return nil }
        let value = try node(parser, depth: 0)
        try parser.expect(YAML_DOCUMENT_END_EVENT)
        try parser.expect(YAML_STREAM_END_EVENT)
        return value
    }

    private static func node(_ parser: Parser, depth: Int) throws(YAMLError) -> YAMLValue {
        let event = try parser.next()
        guard depth < maximumDepth else { throw YAMLError(line: event.line, problem: "the nesting is too deep") }
        return try node(event, parser, depth: depth)
    }

    private static func node(_ event: Parser.Event, _ parser: Parser, depth: Int) throws(YAMLError) -> YAMLValue {
        switch event.kind {
        case YAML_SCALAR_EVENT: return .scalar(event.text)
        case YAML_SEQUENCE_START_EVENT:
            var elements: [YAMLValue] = []
            while case let next = try parser.next(), next.kind != YAML_SEQUENCE_END_EVENT {
                guard depth + 1 < maximumDepth else {
                    throw YAMLError(line: next.line, problem: "the nesting is too deep")
                }
                elements.append(try node(next, parser, depth: depth + 1))
            }
            return .sequence(elements)
        case YAML_MAPPING_START_EVENT:
            var members: [YAMLValue.Member] = []
            while case let key = try parser.next(), key.kind != YAML_MAPPING_END_EVENT {
                guard key.kind == YAML_SCALAR_EVENT else {
                    throw YAMLError(line: key.line, problem: "a key is not a text")
                }
                guard !members.contains(where: { $0.key == key.text }) else {
                    throw YAMLError(line: key.line, problem: "a key occurs twice")
                }
                let value = try node(parser, depth: depth + 1)
                members.append(.init(key: key.text, value: value, line: key.line))
            }
            return .mapping(members)
        default: throw YAMLError(line: event.line, problem: "there is more than one document")
        }
    }
}

/// Owner of a `yaml_parser_t` and of the text that it reads.
private final class Parser {
    struct Event {
        let kind: yaml_event_type_t
        let line: Int
        /// The text of a scalar; empty for any other event.
        let text: String
    }

    private let raw = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    private let text: UnsafeMutableBufferPointer<UInt8>

    init(_ bytes: [UInt8]) throws(YAMLError) {
        text = UnsafeMutableBufferPointer.allocate(capacity: max(bytes.count, 1))
        _ = text.initialize(from: bytes)
        // On failure it owns nothing; on success `yaml_parser_delete` frees what it owns.
        guard yaml_parser_initialize(raw) == 1 else {
            text.deallocate()
            raw.deallocate()
            throw YAMLError(line: 1, problem: "out of memory")
        }
        yaml_parser_set_input_string(raw, text.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(raw)
        raw.deallocate()
        text.deallocate()
    }

    func expect(_ kind: yaml_event_type_t) throws(YAMLError) {
        let event = try next()
        guard event.kind == kind else {
            throw YAMLError(line: event.line, problem: "there is more than one document")
        }
    }

    func next() throws(YAMLError) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(raw, &event) == 1 else {
            throw YAMLError(line: raw.pointee.problem_mark.line + 1, problem: problem)
        }
        defer { yaml_event_delete(&event) }
        let line = event.start_mark.line + 1
        var text = ""
        switch event.type {
        case YAML_ALIAS_EVENT: throw YAMLError(line: line, problem: "aliases are not supported")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            guard scalar.anchor == nil, scalar.tag == nil else {
                throw YAMLError(line: line, problem: "anchors and tags are not supported")
            }
            text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
        default: break
        }
        return Event(kind: event.type, line: line, text: text)
    }

    /// libyaml's constant text, which quotes nothing of the document.
    private var problem: String { raw.pointee.problem.map { String(cString: $0) } ?? "it is not valid YAML" }
}
