package import EventLog
package import Events
package import Postgres

/// The successive states of a product, from the read model where it has them, and otherwise from the events on the log.
/// An index finds the events of the product: those of other products are not read.
package struct ProductHistory: Sendable {
    /// A product after one of its changes.
    package struct Version: Sendable {
        package let product: Product
        /// The offset of the change in the product's partition.
        package let offset: Int64

        package init(product: Product, offset: Int64) {
            self.product = product
            self.offset = offset
        }
    }

    /// The number of events that are read at once.
    static let chunk = 200

    package let id: ProductID
    /// The partition of the product.
    let partition: Int32
    let pool: PostgresPool
    let log: LogReader

    package init(id: ProductID, partition: Int32, pool: PostgresPool, log: LogReader) {
        self.id = id
        self.partition = partition
        self.pool = pool
        self.log = log
    }

    /// The present state of the product, and the offsets of its changes after some offset: the oldest first, and at
    /// most a chunk of them.
    private struct Page {
        let state: ProductState
        let changes: [Int64]
    }

    /// The present state of the product; nil when it never existed.
    package func state() async throws -> ProductState? { try await ProductState.load(id, pool) }

    /// The next states after `offset`, oldest first, not necessarily all; empty when there are none. `known` is the one
    /// at `offset`, if it is at hand.
    package func versions(after offset: Int64, from known: Product?) async throws -> [Version] {
        guard let page = try await page(after: offset) else { return [] }
        let isLast = page.changes.last == page.state.position.offset
        // The last change needs no event: the read model has its state.
        let unknown = isLast ? page.changes.dropLast() : page.changes[...]
        var versions: [Version] = []
        if !unknown.isEmpty {
            var product = known
            var budget = FoldBudget.unlimited
            if product == nil { product = try await self.product(upTo: offset, &budget) }
            for entry in try await log.events(of: id, partition: partition, at: Array(unknown)) {
                _ = Product.evolve(&product, entry.recorded)
                guard let product else { throw LogReader.Failure.missing(entry.recorded.position) }
                versions.append(Version(product: product, offset: entry.recorded.position.offset))
            }
        }
        if isLast { versions.append(Version(product: page.state.product, offset: page.state.position.offset)) }
        return versions
    }

    private func page(after offset: Int64) async throws -> Page? {
        let rows = try await pool.query(
            """
            select \(ProductState.columns), array(
                select change.log_offset from warelog.product_changes change
                where change.product_id = $1 and change.log_offset > $2 order by change.log_offset limit \(Self.chunk)
            ) as changes
            from warelog.product_states where id = $1
            """, [.int(id.value), .int(offset)]
        ).rows
        return try rows.first.map {
            Page(state: try ProductState(row: $0), changes: try $0.intArray("changes").compactMap { $0 })
        }
    }

    /// The product after its change at `offset`, folded from its first event on; nil when it did not exist yet. Throws
    /// `HistoryTooLong` before anything is read, and the errors of `LogReader.events`.
    package func product(upTo offset: Int64, _ budget: inout FoldBudget) async throws -> Product? {
        if budget.isLimited { try budget.take(await changeCount(upTo: offset, atMost: budget.events + 1)) }
        var product: Product?
        var last = Int64(-1)
        while true {
            try budget.checkTime()
            let rows = try await pool.query(
                """
                select log_offset from warelog.product_changes
                where product_id = $1 and log_offset > $2 and log_offset <= $3 order by log_offset limit \(Self.chunk)
                """, [.int(id.value), .int(last), .int(offset)]
            ).rows
            let offsets = try rows.map { try $0.int("log_offset") }
            guard let newest = offsets.last else { return product }
            for entry in try await log.events(of: id, partition: partition, at: offsets) {
                _ = Product.evolve(&product, entry.recorded)
            }
            last = newest
        }
    }

    private func changeCount(upTo offset: Int64, atMost maximum: Int) async throws -> Int {
        let rows = try await pool.query(
            """
            select count(*) as count from (
                select from warelog.product_changes where product_id = $1 and log_offset <= $2 limit $3
            ) as changes
            """, [.int(id.value), .int(offset), .int(Int64(maximum))]
        ).rows
        return Int(try rows.first?.int("count") ?? 0)
    }
}
