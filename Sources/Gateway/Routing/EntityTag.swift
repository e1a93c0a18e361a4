import Events

/// An entity tag, RFC 9110 section 8.8.3. Ours are strong and hold both counters: `"3.1"` is content version 3 with
/// media revision 1.
struct EntityTag: Equatable, Sendable {
    let isWeak: Bool
    /// Without the quotes.
    let opaque: Substring

    /// The content version that a tag of ours names; nil for every other one, and for a weak one, which matches nothing
    /// where `If-Match` asks.
    var contentVersion: Int64? {
        let parts = opaque.split(separator: ".", omittingEmptySubsequences: false)
        guard !isWeak, parts.count == 2, let version = Self.counter(parts[0]), Self.counter(parts[1]) != nil else {
            return nil
        }
        return version
    }

    /// Digits without leading zeros: one state has one tag.
    private static func counter(_ text: Substring) -> Int64? {
        guard let value = Int64(text), value >= 0, String(value) == text else { return nil }
        return value
    }
}

/// The value of `If-Match` or `If-None-Match`, RFC 9110 section 13.1.
enum EntityTagCondition: Equatable, Sendable {
    /// `*`
    case any
    case tags([EntityTag])

    /// Nil for what is neither `*` nor a list of tags.
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

    /// Weak comparison, for `If-None-Match`: `tag` is one of ours, with its quotes.
    func matchesWeakly(_ tag: String) -> Bool {
        switch self {
        case .any: true
        case .tags(let tags): tags.contains { $0.opaque == tag.dropFirst().dropLast() }
        }
    }

    /// Strong comparison, for `If-Match` of a read.
    func matchesStrongly(_ tag: String) -> Bool {
        switch self {
        case .any: true
        case .tags(let tags): tags.contains { !$0.isWeak && $0.opaque == tag.dropFirst().dropLast() }
        }
    }
}

extension StringProtocol where SubSequence == Substring {
    /// Without spaces and tabs at both ends: HTTP's optional white space.
    fileprivate var trimmingSpaces: Substring {
        var text = self[...]
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
        return text
    }
}
