/// The reason why a text was refused as JSON. It contains nothing of the text except keys.
package enum JSONError: Error, Equatable, CustomStringConvertible {
    /// The text is not JSON. The values are the parser's message and the byte at which it stopped.
    case malformed(String, offset: Int)
    /// An object has a key twice. RFC 8259 section 4 leaves open which of them counts.
    case duplicateKey(pointer: String)
    case tooDeep(limit: Int)

    package var description: String {
        switch self {
        case .malformed(let reason, let offset): "not JSON: \(reason) at byte \(offset)"
        case .duplicateKey(let pointer): "the key \(pointer) occurs twice"
        case .tooDeep(let limit): "the nesting is deeper than \(limit)"
        }
    }
}
