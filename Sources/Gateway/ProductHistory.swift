import EventLog
import Events
import Postgres
import Service

/// A product's states, one after another: from the read model where it has them, and from the log's events where it does not.
struct ProductHistory: Sendable {
    /// A product as one change left it.
    struct Version: Sendable {
        let product: Product
        /// Of the change, in the product's partition.
        let offset: Int64
    }

    /// Changes that are read at once.
    private static let chunk = 200

    let id: ProductID
    /// Of the product.
    let partition: Int32
    let pool: PostgresPool
    let log: LogReader

    /// What the read model has: the product's state, and the offsets of changes after `offset`, oldest first and not
    /// more than a chunk of them.
    private struct Page {
        let state: ProductState
        let changes: [Int64]
    }

    /// The product as it is; nil when there never was one.
    func state() async throws -> ProductState? { try await ProductState.load(id, pool) }

    /// The next states after `offset`, oldest first, not necessarily all; empty when there are none. `known` is the one at
    /// `offset`, if it is at hand.
    func versions(after offset: Int64, from known: Product?) async throws -> [Version] {
        guard let page = try await page(after: offset) else { return [] }
        let isLast = page.changes.last == page.state.position.offset
        // The last one needs no event.
        let unknown = isLast ? page.changes.dropLast() : page.changes[...]
        var versions: [Version] = []
        if !unknown.isEmpty {
            var product = known
            if product == nil { product = try await fold(upTo: offset) }
            for event in try await log.events(of: id, partition: partition, at: Array(unknown)) {
                _ = Product.evolve(&product, event)
                guard let product else { throw LogReader.Failure.missing(event.position) }
                versions.append(Version(product: product, offset: event.position.offset))
            }
        }
        if isLast { versions.append(Version(product: page.state.product, offset: page.state.position.offset)) }
        return versions
    }

    private func page(after offset: Int64) async throws -> Page? {
        let rows = try await pool.query(
            """
            select \(Product.columns), log_partition, log_offset, array(
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

    /// The product after its change at `offset`, from its first event on.
    private func fold(upTo offset: Int64) async throws -> Product? {
        var product: Product?
        var last = Int64(-1)
        while true {
            let rows = try await pool.query(
                """
                select log_offset from warelog.product_changes where product_id = $1 and log_offset > $2 and log_offset <= $3
                order by log_offset limit \(Self.chunk)
                """, [.int(id.value), .int(last), .int(offset)]
            ).rows
            let offsets = try rows.map { try $0.int("log_offset") }
            guard let newest = offsets.last else { return product }
            for event in try await log.events(of: id, partition: partition, at: offsets) { _ = Product.evolve(&product, event) }
            last = newest
        }
    }
}
