/// The prepared statements of one connection, by their SQL. When it is full, the least recently used is closed.
struct StatementCache {
    enum Use {
        case ready(name: String)
        /// Prepare the statement under this name.
        case prepare(name: String)
        /// Another command is preparing the statement and may fail: do not use a name.
        case unnamed
    }

    private struct Entry {
        let name: String
        var isReady = false
        var lastUse: UInt64
    }

    private let limit: Int
    private var entries: [String: Entry] = [:]
    private var clock: UInt64 = 0

    init(limit: Int) { self.limit = limit }

    mutating func use(_ sql: String) -> Use {
        clock += 1
        if let index = entries.index(forKey: sql) {
            entries.values[index].lastUse = clock
            let entry = entries.values[index]
            return entry.isReady ? .ready(name: entry.name) : .unnamed
        }
        let name = "s\(clock)"
        entries[sql] = Entry(name: name, lastUse: clock)
        return .prepare(name: name)
    }

    /// Removes a statement if the cache is full. Returns its name, which must be closed before another is prepared.
    mutating func evict() -> String? {
        guard entries.count >= limit else { return nil }
        let ready = entries.lazy.filter { $0.value.isReady }
        guard let oldest = ready.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return nil }
        entries[oldest.key] = nil
        return oldest.value.name
    }

    /// The server has prepared `sql`, or has refused to.
    mutating func finished(_ sql: String, _ success: Bool) {
        if success { entries[sql]?.isReady = true } else { entries[sql] = nil }
    }

    mutating func removeAll() { entries.removeAll() }
}
