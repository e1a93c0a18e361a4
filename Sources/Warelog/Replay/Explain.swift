import Events
import History

/// `warelog explain ID FIELD`: prints the event that gave a field its value, and the value that it replaced.
struct Explain: Sendable {
    struct Selection: Sendable {
        let id: ProductID
        let field: String

        init(_ arguments: some Sequence<String>) throws(WrongUsage) {
            let words = try CommandOptions(arguments).words
            guard words.count == 2, let id = ProductID(words[0]) else {
                throw WrongUsage("explain needs the id of a product and the name of a field")
            }
            self.id = id
            field = words[1]
        }
    }

    let tool: Tool
    let selection: Selection

    func run() async throws -> Int32 {
        let (id, field) = (selection.id, selection.field)
        let explanation = try await tool.withHistory(of: id) { try await $0.explain(field) }
        StandardStream.output.line("\(field) of product \(id): \(Self.text(explanation.origin))")
        if let replaced = explanation.replaced {
            StandardStream.output.line("before: \(Self.text(replaced))")
        } else {
            StandardStream.output.line("before: none")
        }
        return 0
    }

    private static func text(_ origin: Explanation.Origin) -> String {
        let value = origin.value.map { HistoryText.printable(String(decoding: $0, as: UTF8.self)) } ?? "none"
        let entry = origin.entry
        return "\(value)\n  since \(HistoryText.place(entry)), version \(entry.version).\(entry.mediaRevision)\n  "
            + HistoryText.origin(entry)
    }
}
