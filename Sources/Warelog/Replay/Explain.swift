import Events
import History

/// `warelog explain ID FIELD`: which event gave a field the value that it has, and what it replaced.
struct Explain: Sendable {
    struct Selection: Sendable {
        let id: ProductID
        let field: String

        init(_ arguments: some Sequence<String>) throws(WrongUsage) {
            let words = try CommandOptions(arguments).words
            guard words.count == 2, let id = ProductID(words[0]) else {
                throw WrongUsage("explain wants the id of one product and a field of it")
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
        Output.standard.line("\(field) of product \(id): \(Self.text(explanation.origin))")
        if let replaced = explanation.replaced {
            Output.standard.line("before: \(Self.text(replaced))")
        } else {
            Output.standard.line("before: none")
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
