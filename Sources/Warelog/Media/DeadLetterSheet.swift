import Events
import JSON

/// Prints dead letters: as a table, as one JSON object a line, or one letter in full.
struct DeadLetterSheet {
    let isJSON: Bool
    let isFull: Bool
    private var hasHeading = false

    init(isJSON: Bool, isFull: Bool) {
        self.isJSON = isJSON
        self.isFull = isFull
    }

    mutating func write(_ letter: DeadLetter, _ state: DeadLetterState) {
        if isJSON {
            StandardStream.output.line(String(decoding: Self.json(letter, state), as: UTF8.self))
        } else if isFull {
            for (name, value) in Self.fields(letter, state) {
                StandardStream.output.line("\(Self.padded(name, 11)) \(value)")
            }
        } else {
            if !hasHeading {
                StandardStream.output.line(Self.line("time", "state", "reason", "tries", "product", "letter", "source"))
            }
            hasHeading = true
            StandardStream.output.line(
                Self.line(
                    letter.time.description, state.word, letter.failure.reason, "\(letter.failure.attempts)",
                    "\(letter.productID)", letter.id.text, HistoryText.printable(letter.source)))
        }
    }

    private static func line(
        _ time: String, _ state: String, _ reason: String, _ tries: String, _ product: String, _ letter: String,
        _ source: String
    ) -> String {
        "\(padded(time, 24)) \(padded(state, 10)) \(padded(reason, 19)) \(padded(tries, 5)) \(padded(product, 10)) "
            + "\(padded(letter, 50)) \(source)"
    }

    private static func fields(_ letter: DeadLetter, _ state: DeadLetterState) -> [(String, String)] {
        var fields = [
            ("letter", letter.id.text), ("state", state.word), ("product", "\(letter.productID)"),
            ("image", letter.imageID.text), ("source", HistoryText.printable(letter.source)),
            ("reason", letter.failure.reason), ("detail", HistoryText.printable(letter.failure.detail)),
            ("attempts", "\(letter.failure.attempts)"),
            ("given up", letter.time.description),
            ("asked for", "partition \(letter.asked.partition), offset \(letter.asked.offset)"),
        ]
        if let decision = state.decision {
            fields.append((decision, "\(state.decidedAt ?? "") by \(HistoryText.printable(state.actor ?? ""))"))
            fields.append(("because", HistoryText.printable(state.reason ?? "")))
        }
        return fields
    }

    private static func json(_ letter: DeadLetter, _ state: DeadLetterState) -> [UInt8] {
        JSONWriter.object { json in
            letter.writeMembers(to: &json)
            json.member("state", state.word)
            if let decision = state.decision {
                json.key("decision")
                json.object { json in
                    json.member("decision", decision)
                    json.member("actor", state.actor)
                    json.member("reason", state.reason)
                    json.member("decided_at", state.decidedAt)
                }
            }
        }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
