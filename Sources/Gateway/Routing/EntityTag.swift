import Base

/// An entity tag (RFC 9110 section 8.8.3). The tags of products are strong and contain both counters: `"3.1"` is
/// content version 3 with media revision 1. While a document shows what the compressor is doing, a digest of that
/// follows: `"3.1.af63dc4c8601ec8c"`.
struct EntityTag: Equatable, Sendable {
    let isWeak: Bool
    /// The tag without its quotes.
    let opaque: Substring

    /// The content version in the tag of a product. Nil for any other tag, and for a weak tag, which `If-Match` never
    /// matches.
    var contentVersion: Int64? {
        let parts = opaque.split(separator: ".", omittingEmptySubsequences: false)
        guard !isWeak, (2...3).contains(parts.count), let version = Self.counter(parts[0]),
            Self.counter(parts[1]) != nil, parts.dropFirst(2).allSatisfy(Self.isDigest)
        else { return nil }
        return version
    }

    private static func isDigest(_ text: Substring) -> Bool {
        text.utf8.count == 16 && Hexadecimal.bytes(String(text)) != nil
    }

    /// Reads digits without leading zeros, so that one state has one tag.
    private static func counter(_ text: Substring) -> Int64? {
        guard let value = Int64(text), value >= 0, String(value) == text else { return nil }
        return value
    }
}

/// The value of `If-Match` or `If-None-Match` (RFC 9110 section 13.1).
enum EntityTagCondition: Equatable, Sendable {
    /// `*`
    case any
    case tags([EntityTag])

    /// Nil if `text` is neither `*` nor a list of tags.
    init?(_ text: String) {
        let text = text.trimmingSpaces
        if text == "*" {
            self = .any
            return
        }
        var tags: [EntityTag] = []
        var rest = text
        while !rest.isEmpty {
            if rest.first == "," {
                rest = rest.dropFirst().trimmingSpaces  // empty elements are allowed
                continue
            }
            let isWeak = rest.hasPrefix("W/")
            if isWeak { rest = rest.dropFirst(2) }
            guard rest.utf8.first == 0x22, let end = rest.dropFirst().utf8.firstIndex(of: 0x22) else { return nil }
            let opaque = rest[rest.utf8.index(after: rest.startIndex)..<end]
            guard opaque.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
            tags.append(EntityTag(isWeak: isWeak, opaque: opaque))
            rest = rest[rest.utf8.index(after: end)...].trimmingSpaces
            guard rest.isEmpty || rest.first == "," else { return nil }
        }
        guard !tags.isEmpty else { return nil }
        self = .tags(tags)
    }

    /// Compares weakly, for `If-None-Match`. `tag` is the tag of a product, with its quotes.
    func matchesWeakly(_ tag: String) -> Bool {
        switch self {
        case .any: true
        case .tags(let tags): tags.contains { $0.opaque == tag.dropFirst().dropLast() }
        }
    }

    /// Compares strongly, for the `If-Match` of a read. `tag` is the tag of a product, with its quotes.
    func matchesStrongly(_ tag: String) -> Bool {
        switch self {
        case .any: true
        case .tags(let tags): tags.contains { !$0.isWeak && $0.opaque == tag.dropFirst().dropLast() }
        }
    }
}

extension StringProtocol where SubSequence == Substring {
    /// The text without HTTP's optional white space (spaces and tabs) at both ends.
    fileprivate var trimmingSpaces: Substring {
        var text = self[...]
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
        return text
    }
}
