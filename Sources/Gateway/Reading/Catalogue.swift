import Events
import History
import Postgres
import ProductCache
import Redis
import Telemetry

/// Products for reading: one by its id through the cache, many by a query.
final class Catalogue: Sendable {
    private let cache: ProductCache
    private let pool: PostgresPool
    private let log: Log
    private let loads = SingleFlight<ProductID, ProductCache.Entry>()

    init(_ cache: ProductCache, _ pool: PostgresPool, log: Log) {
        self.cache = cache
        self.pool = pool
        self.log = log
    }

    /// What is known of `id`, and whether the cache knew it; with `position`, which the read model has folded, nothing
    /// older than that.
    func product(
        _ id: ProductID, atLeast position: LogPosition?
    ) async throws -> (entry: ProductCache.Entry, isHit: Bool) {
        do throws(RedisError) {
            if let entry = try await cache.entry(id, atLeast: position) { return (entry, true) }
        } catch {
            log.debug("cache is away", ["error": "\(error)"])  // Redis' state is logged where it changes
        }
        // Somebody else's load may have begun before the position was folded.
        if position != nil { return (try await read(id).entry, false) }
        let entry = try await loads.value(for: id) { try await self.load(id) }
        return (entry, false)
    }

    /// Loads under a lease; without one, because Redis is away, nothing is stored.
    private func load(_ id: ProductID) async throws -> ProductCache.Entry {
        var lease: ProductCache.Lease?
        do throws(RedisError) {
            switch try await cache.lease(id, token: String(UInt64.random(in: 0 ... .max), radix: 36)) {
            case .success(let taken): lease = taken
            case .failure(let filled): return filled.entry
            }
        } catch {
            log.debug("cache is away", ["error": "\(error)"])
        }
        let (entry, version) = try await read(id)
        if let lease {
            do throws(RedisError) {
                try await cache.fill(id, entry, version: version, lease: lease)
            } catch {
                log.debug("cache is away", ["error": "\(error)"])
            }
        }
        return entry
    }

    private func read(_ id: ProductID) async throws -> (entry: ProductCache.Entry, version: Int64?) {
        let rows = try await pool.query(
            "select \(ProductDocument.columns) from warelog.product_states where id = $1 and not is_deleted",
            [.int(id.value)]
        ).rows
        guard let row = rows.first else { return (.absent, nil) }
        let document = try ProductDocument(row: row)
        return (
            .document(.init(body: document.envelope("Product retrieved successfully"), entityTag: document.entityTag)),
            try row.int("log_offset")
        )
    }

    /// The product with everything that the fold knows of it.
    func state(_ id: ProductID) async throws -> ProductState? { try await ProductState.load(id, pool) }

    func products(_ query: ListQuery) async throws -> ProductPage { try await ProductPage.load(query, pool) }
}
