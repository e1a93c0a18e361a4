import Events
import Redis

/// Products' documents in Redis, never older than what this cache was told about.
///
/// The race to win: a reader misses, loads version 5 and stalls; version 6 commits and invalidates; the reader stores
/// version 5. So a miss takes a **lease** first, an invalidation kills the lease and leaves a **floor**, and a fill is
/// one script that needs the lease and a version at or above the floor. Versions are offsets of the log: each change
/// of a product has a higher one, in the only partition that the product ever has.
///
/// The **watermark** of a partition says up to where the invalidations are done. It lives beside the entries, so it
/// tells what *they* know: whoever finds it lower than the read model's checkpoint repeats the invalidations between.
package final class ProductCache: Sendable {
    /// What is known of a product.
    package enum Entry: Sendable, Equatable {
        case document(Document)
        /// There is no such product.
        case absent
    }

    /// An answer, ready to be sent.
    package struct Document: Sendable, Equatable {
        package let body: [UInt8]
        package let entityTag: String

        package init(body: [UInt8], entityTag: String) {
            self.body = body
            self.entityTag = entityTag
        }
    }

    /// The right to store what is about to be loaded.
    package struct Lease: Sendable {
        let token: String
    }

    /// A product whose row changed.
    package struct Change: Sendable {
        package let id: ProductID
        package let offset: Int64

        package init(id: ProductID, offset: Int64) {
            self.id = id
            self.offset = offset
        }
    }

    private static let documentLifetime = 3_600_000
    /// Short: ids that do not exist are without number.
    private static let absenceLifetime = 30_000
    /// How long a reader may take from its lease to its fill.
    private static let leaseLifetime = 30_000
    private static let watermarks = "warelog:watermarks:products.events"

    private let redis: RedisClient

    package init(_ redis: RedisClient) { self.redis = redis }

    private static func key(_ id: ProductID) -> String { "warelog:product:\(id.value)" }

    // MARK: readers

    /// What is stored for `id`, nil for a miss; with `position`, nil too unless what came up to there is forgotten.
    package func entry(_ id: ProductID, atLeast position: LogPosition? = nil) async throws(RedisError) -> Entry? {
        if let position {
            // Asked first: what is stored when it is read next can only be newer.
            let reply = try await redis.command(["HGET", .string(Self.watermarks), .string("\(position.partition)")])
            guard case .string(let digits) = reply, let watermark = Int64(String(decoding: digits, as: UTF8.self)),
                watermark > position.offset
            else { return nil }
        }
        return Self.entry(try await redis.command(["HMGET", .string(Self.key(id)), "body", "tag"]))
    }

    /// Takes the lease of `id`, named `token`, unless somebody has filled it meanwhile.
    package func lease(_ id: ProductID, token: String) async throws(RedisError) -> Result<Lease, Filled> {
        let reply = try await redis.evaluate(
            CacheScripts.lease, keys: [.string(Self.key(id))],
            arguments: [.string(token), .int(Int64(Self.leaseLifetime))])
        if let entry = Self.entry(reply) { return .failure(Filled(entry: entry)) }
        return .success(Lease(token: token))
    }

    /// Not a fault: somebody else was quicker.
    package struct Filled: Error {
        package let entry: Entry
    }

    /// Stores what was loaded under `lease`; without effect when the product has changed since. `version` is the
    /// row's log offset, nil for a product that is not there.
    package func fill(_ id: ProductID, _ entry: Entry, version: Int64?, lease: Lease) async throws(RedisError) {
        let (document, lifetime) =
            switch entry {
            case .document(let document): (document, Self.documentLifetime)
            case .absent: (Document(body: [], entityTag: ""), Self.absenceLifetime)
            }
        _ = try await redis.evaluate(
            CacheScripts.fill, keys: [.string(Self.key(id))],
            arguments: [
                .string(lease.token), .string(version.map { String($0) } ?? ""), .bytes(document.body),
                .string(document.entityTag), .int(Int64(lifetime)),
            ])
    }

    private static func entry(_ reply: RedisValue) -> Entry? {
        guard case .array(let fields) = reply, fields.count == 2, case .string(let body) = fields[0],
            case .string(let tag) = fields[1]
        else { return nil }
        if body.isEmpty { return .absent }
        return .document(Document(body: body, entityTag: String(decoding: tag, as: UTF8.self)))
    }

    // MARK: the projector

    /// How many products one script may touch: Redis does nothing else meanwhile.
    package static let maximumChanges = 500

    /// Forgets what is stored of `changes`, at most `maximumChanges`, and then says that everything before the
    /// `watermarks` is forgotten. All of it or nothing.
    package func invalidate(
        _ changes: [Change], watermarks: [Int32: Int64]
    ) async throws(RedisError) {
        var arguments: [RedisArgument] = [.int(Int64(changes.count))]
        arguments += changes.map { .int($0.offset) }
        for (partition, offset) in watermarks {
            arguments += [.int(Int64(partition)), .int(offset)]
        }
        _ = try await redis.evaluate(
            CacheScripts.invalidate,
            keys: [.string(Self.watermarks)] + changes.map { .string(Self.key($0.id)) }, arguments: arguments)
    }

    /// Up to where the invalidations of each partition are done; none where Redis does not know.
    package func watermarks() async throws(RedisError) -> [Int32: Int64] {
        guard case .array(let fields) = try await redis.command(["HGETALL", .string(Self.watermarks)]) else {
            return [:]
        }
        var watermarks: [Int32: Int64] = [:]
        for pair in stride(from: 0, to: fields.count - 1, by: 2) {
            guard case .string(let name) = fields[pair], case .string(let value) = fields[pair + 1],
                let partition = Int32(String(decoding: name, as: UTF8.self)),
                let offset = Int64(String(decoding: value, as: UTF8.self))
            else { continue }
            watermarks[partition] = offset
        }
        return watermarks
    }

    /// Forgets every product: for when nobody can say what is stored.
    package func removeAll() async throws(RedisError) {
        var cursor = "0"
        repeat {
            let reply = try await redis.command(["SCAN", .string(cursor), "MATCH", "warelog:product:*", "COUNT", "500"])
            guard case .array(let parts) = reply, parts.count == 2, case .string(let next) = parts[0],
                case .array(let keys) = parts[1]
            else { return }
            let found = keys.compactMap { key in
                if case .string(let bytes) = key { RedisArgument.bytes(bytes) } else { nil }
            }
            if !found.isEmpty { _ = try await redis.command(["UNLINK"] + found) }
            cursor = String(decoding: next, as: UTF8.self)
        } while cursor != "0"
    }
}
