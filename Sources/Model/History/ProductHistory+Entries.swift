import EventLog
package import Events
import Postgres

/// A page of consecutive events of a product.
package struct HistoryPage: Sendable {
    package let entries: [HistoryEntry]
    /// The product after the last of them.
    package let end: ProductHistory.Known
    /// Whether more events follow.
    package let isContinued: Bool
}

extension ProductHistory {
    /// The knowledge of the product before its next event.
    package enum Known: Sendable {
        /// The product is known; nil when it did not exist yet.
        case product(Product?)
        /// The product is not known, because folding it would have cost too much.
        case nothing
    }

    /// At most `limit` events after `offset`, in the order of the log: voided events included, quarantined events not.
    /// `known` is the knowledge at `offset`. Throws the errors of `LogReader.events`.
    package func entries(after offset: Int64, limit: Int, from known: Known) async throws -> HistoryPage {
        let rows = try await pool.query(
            """
            select log_offset, version, media_revision, void_reason from warelog.product_events
            where product_id = $1 and log_offset > $2 order by log_offset limit $3
            """, [.int(id.value), .int(offset), .int(Int64(limit + 1))]
        ).rows
        var known = known
        var entries: [HistoryEntry] = []
        let offsets = try rows.prefix(limit).map { try $0.int("log_offset") }
        for (row, entry) in zip(rows, try await log.events(of: id, partition: partition, at: offsets)) {
            let voidReason = try row.optionalText("void_reason")
            entries.append(
                HistoryEntry(
                    event: entry.recorded, source: entry.source, voidReason: voidReason,
                    version: try row.int("version"), mediaRevision: try row.int("media_revision"),
                    changes: voidReason == nil ? known.take(entry.recorded) : []))
        }
        return HistoryPage(entries: entries, end: known, isContinued: rows.count > limit)
    }

    /// The knowledge of the product after its event at `offset`, as far as the budget goes.
    package func known(at offset: Int64, _ budget: inout FoldBudget) async throws -> Known {
        do {
            return .product(try await product(upTo: offset, &budget))
        } catch is HistoryTooLong {
            return .nothing
        }
    }
}

extension ProductHistory.Known {
    /// Takes an accepted event and returns its changes; nil when the product is not known.
    fileprivate mutating func take(_ event: Recorded<ProductEvent>) -> [FieldChange]? {
        guard case .product(let before) = self else { return nil }
        var after = before
        _ = Product.evolve(&after, event)
        self = .product(after)
        return FieldChange.between(before, after)
    }
}
