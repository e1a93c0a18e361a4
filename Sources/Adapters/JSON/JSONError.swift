/// Why a text is not JSON that Warelog takes. Never carries any of the text but keys.
package enum JSONError: Error, Equatable, CustomStringConvertible {
    /// Not JSON; the parser's words and the byte at which it stopped.
    case malformed(String, offset: Int)
    /// The same key twice in one object (RFC 8259 section 4 leaves open which one counts).
    case duplicateKey(pointer: String)
    case tooDeep(limit: Int)

    package var description: String {
        switch self {
        case .malformed(let reason, let offset): "not JSON: \(reason) at byte \(offset)"
        case .duplicateKey(let pointer): "the key \(pointer) occurs twice"
        case .tooDeep(let limit): "nested deeper than \(limit)"
        }
    }
}
