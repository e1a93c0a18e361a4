import Events
import History
import JSON

/// `warelog history ID`: prints all events of a product, in the order of the log, with the changes by each.
struct ShowHistory: Sendable {
    private static let page = 200

    /// The arguments: the product, the number of events, and the format.
    struct Selection: Sendable {
        let id: ProductID
        /// Whether each line is JSON instead of text.
        let isJSON: Bool
        let limit: Int

        init(_ arguments: some Sequence<String>) throws(WrongUsage) {
            let options = try CommandOptions(arguments, valued: ["--limit"], flags: ["--json"])
            guard options.words.count == 1, let id = ProductID(options.words[0]) else {
                throw WrongUsage("history needs the id of one product")
            }
            self.id = id
            isJSON = options.has("--json")
            limit = try options.count("--limit") ?? .max
        }
    }

    let tool: Tool
    let selection: Selection

    func run() async throws -> Int32 {
        try await tool.withHistory(of: selection.id) { history in
            var known = ProductHistory.Known.product(nil)
            var offset = Int64(-1)
            var left = selection.limit
            var isContinued = true
            while isContinued, left > 0 {
                let page = try await history.entries(after: offset, limit: min(Self.page, left), from: known)
                if offset < 0, page.entries.isEmpty { throw ExplanationFault.noSuchProduct(selection.id) }
                for entry in page.entries {
                    offset = entry.event.position.offset
                    let line = selection.isJSON ? json(entry) : HistoryText.line(entry)
                    guard StandardStream.output.deliver(line + "\n") else { return 0 }  // nobody reads it
                }
                left -= page.entries.count
                known = page.end
                isContinued = page.isContinued
            }
            return 0
        }
    }

    private func json(_ entry: HistoryEntry) -> String {
        var json = JSONWriter()
        entry.write(to: &json)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
