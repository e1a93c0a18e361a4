/// Finds elements in the XML of S3's responses: simple elements, without attributes.
struct XMLDocument {
    private let text: String

    init(_ bytes: [UInt8]) { self.init(String(decoding: bytes, as: UTF8.self)) }

    private init(_ text: String) { self.text = text }

    /// The text of the first element with the name.
    subscript(name: String) -> String? { all(name).first }

    /// The text of every element with the name, in order.
    func all(_ name: String) -> [String] { contents(name).map(Self.unescaped) }

    /// The content of every element with the name, in order.
    func elements(_ name: String) -> [XMLDocument] { contents(name).map { XMLDocument($0) } }

    private func contents(_ name: String) -> [String] {
        text.split(separator: "<\(name)>", omittingEmptySubsequences: false).dropFirst().compactMap { rest in
            let parts = rest.split(separator: "</\(name)>", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 ? String(parts[0]) : nil
        }
    }

    private static func unescaped(_ text: String) -> String {
        guard text.contains("&") else { return text }
        let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]
        return entities.reduce(text) { text, entity in
            text.split(separator: entity.0, omittingEmptySubsequences: false).joined(separator: entity.1)
        }
    }
}
