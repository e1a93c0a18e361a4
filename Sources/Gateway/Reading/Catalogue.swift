import Events
import History
import Postgres
import ProductCache
import Redis
import Telemetry

/// Reads products: one by its id through the cache, many by a query.
final class Catalogue: Sendable {
    private let cache: ProductCache
    private let trust: CacheTrust
    private let partitions: Int32
    private let pool: PostgresPool
    private let log: Log
    private let loads = SingleFlight<ProductID, Loaded>()

    /// `partitions` is the number of partitions of `products.events`.
    init(_ cache: ProductCache, _ trust: CacheTrust, partitions: Int32, _ pool: PostgresPool, log: Log) {
        self.cache = cache
        self.trust = trust
        self.partitions = partitions
        self.pool = pool
        self.log = log
    }

    /// The product, or its absence, and whether the cache had it. The result is not older than `position`, which the
    /// read model must have folded.
    func product(
        _ id: ProductID, atLeast position: LogPosition?
    ) async throws -> (entry: ProductCache.Entry, isHit: Bool) {
        guard trust.covers(id.partition(of: partitions)) else { return (try await read(id).entry, false) }
        do throws(RedisError) {
            if let entry = try await cache.entry(id, atLeast: position) { return (entry, true) }
        } catch {
            log.debug("cache does not respond", ["error": "\(error)"])  // the Redis client logs changes of state
        }
        // A load that another request began may be older than the position.
        if position != nil { return (try await read(id).entry, false) }
        return (try await load(id), false)
    }

    /// The result of a load. All readers that missed during the load share it.
    private enum Loaded: Sendable {
        /// Another reader, perhaps of another gateway, has filled the cache.
        case filled
        /// The row, read under a lease; nil when Redis does not respond.
        case row(ProductCache.Entry, version: Int64?, ProductCache.FillLease?)
    }

    /// The number of times that a load is repeated because the product has changed in the meantime.
    private static let maximumReloads = 8

    /// Loads the product and fills the cache. A reader may share a load that began before the change that it has to
    /// see; so each reader asks the cache itself whether it knows of a newer change, and loads again if it does.
    private func load(_ id: ProductID) async throws -> ProductCache.Entry {
        for _ in 0..<Self.maximumReloads {
            let loaded = try await loads.value(for: id) { try await self.loadOnce(id) }
            do throws(RedisError) {
                switch loaded {
                case .filled:
                    if let entry = try await cache.entry(id) { return entry }
                case .row(let entry, let version, let lease?):
                    if try await cache.fill(id, entry, version: version, lease: lease) { return entry }
                case .row(let entry, _, nil): return entry
                }
            } catch {
                log.debug("cache does not respond", ["error": "\(error)"])
                if case .row(let entry, _, _) = loaded { return entry }
            }
        }
        return try await read(id).entry
    }

    private func loadOnce(_ id: ProductID) async throws -> Loaded {
        var lease: ProductCache.FillLease?
        do throws(RedisError) {
            switch try await cache.lease(id, token: String(UInt64.random(in: 0 ... .max), radix: 36)) {
            case .taken(let taken): lease = taken
            case .alreadyFilled: return .filled
            }
        } catch {
            log.debug("cache does not respond", ["error": "\(error)"])
        }
        let (entry, version) = try await read(id)
        return .row(entry, version: version, lease)
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

    /// The product with everything that the fold keeps, also for deleted products.
    func state(_ id: ProductID) async throws -> ProductState? { try await ProductState.load(id, pool) }

    func products(_ query: ListQuery) async throws -> ProductPage { try await ProductPage.load(query, pool) }
}
