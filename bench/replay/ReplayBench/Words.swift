import SeededRandom

/// Texts as people write them about their goods: some words, some of them not English.
enum Words {
    private static let words = [
        "oak", "table", "blue", "hand-made", "lamp", "ceramic", "Größe", "cotton", "chair", "wool", "café", "steel",
        "kitchen",
        "small", "with", "and", "for", "vintage", "glass", "linen", "garden", "the", "of", "naïve", "paper", "soft",
        "bottle",
        "green", "walnut", "shelf", "set", "brass", "large", "round", "Müller", "woven", "candle", "mug", "bowl",
        "plate",
    ]

    /// About `length` characters.
    static func text(_ length: Int, _ random: inout SeededGenerator) -> String {
        var text = random.pick(from: words)
        text.reserveCapacity(length + 16)
        while text.utf8.count < length {
            text += " "
            text += random.pick(from: words)
        }
        return text
    }
}
