import Base
package import Events
package import Redis

/// The documents of products in Redis: never older than the changes that this cache was told about.
///
/// The race to prevent: a reader misses, loads version 5 and stalls; version 6 commits and invalidates; the reader
/// stores version 5. So a miss takes a **lease** first, an invalidation kills the lease and leaves a **floor**, and a
/// fill is one script that needs the lease and a version at or above the floor. Versions are offsets of the log: each
/// change of a product has a higher one, in the only partition that the product ever has.
///
/// The **watermark** of a partition is the offset up to which the invalidations are done. It is stored beside the
/// entries, so it is lost with them: a projector that finds it below the read model's checkpoint repeats the
/// invalidations in between.
///
/// Beside its body an entry has a **seal**: a checksum and the entity tag. An entry whose seal does not fit is a miss,
/// and the next fill replaces it.
package final class ProductCache: Sendable {
    /// The cached knowledge of a product.
    package enum Entry: Sendable, Equatable {
        case document(Document)
        /// The product does not exist.
        case absent
    }

    /// The body of a response, ready to be sent.
    package struct Document: Sendable, Equatable {
        package let body: [UInt8]
        package let entityTag: String

        package init(body: [UInt8], entityTag: String) {
            self.body = body
            self.entityTag = entityTag
        }
    }

    /// The right to fill an entry with the document that is about to be loaded.
    package struct FillLease: Sendable {
        let token: String
    }

    package enum LeaseOutcome: Sendable {
        case taken(FillLease)
        /// Another reader has filled the entry in the meantime.
        case alreadyFilled
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

    /// The format of the documents. Increment it with every change of `ProductDocument`'s JSON. Documents of other
    /// formats are in other fields, so gateways of two releases do not serve each other's documents.
    private static let form = 1
    /// The names of an entry's fields.
    static let body = "body\(form)"
    static let seal = "seal\(form)"

    private static let documentLifetime = 3_600_000
    /// Short, because the number of ids that do not exist is unlimited.
    private static let absenceLifetime = 30_000
    /// The time that a reader may take from its lease to its fill.
    private static let leaseLifetime = 30_000
    private static let watermarks = "warelog:watermarks:products.events"

    private let redis: RedisClient

    package init(_ redis: RedisClient) { self.redis = redis }

    private static func key(_ id: ProductID) -> String { "warelog:product:\(id.value)" }

    // MARK: readers

    /// The entry of `id`; nil for a miss. With `position`, nil also unless the invalidations have reached that
    /// position.
    package func entry(_ id: ProductID, atLeast position: LogPosition? = nil) async throws(RedisError) -> Entry? {
        if let position {
            // The watermark is read first: an entry that is read after it can only be newer.
            let reply = try await redis.command(["HGET", .string(Self.watermarks), .string("\(position.partition)")])
            guard case .string(let digits) = reply, let watermark = Int64(String(decoding: digits, as: UTF8.self)),
                watermark > position.offset
            else { return nil }
        }
        let fields: [RedisArgument] = [.string(Self.body), .string(Self.seal)]
        return Self.entry(try await redis.command(["HMGET", .string(Self.key(id))] + fields), of: id)
    }

    /// Takes the lease of `id`, named `token`, unless the entry has been filled in the meantime.
    package func lease(_ id: ProductID, token: String) async throws(RedisError) -> LeaseOutcome {
        let reply = try await lease(id, token, discardingDocument: false)
        if Self.entry(reply, of: id) != nil { return .alreadyFilled }
        if case .array = reply { _ = try await lease(id, token, discardingDocument: true) }
        return .taken(FillLease(token: token))
    }

    private func lease(_ id: ProductID, _ token: String, discardingDocument: Bool) async throws(RedisError)
        -> RedisValue
    {
        try await redis.evaluate(
            CacheScripts.lease, keys: [.string(Self.key(id))],
            arguments: [.string(token), .int(Int64(Self.leaseLifetime)), .int(discardingDocument ? 1 : 0)])
    }

    /// Stores the entry that was loaded under `lease`, unless the product has changed or another reader has taken the
    /// lease since. Returns false if the cache knows of a change that the entry may lack. `version` is the log offset
    /// of the row, nil for a product that does not exist.
    package func fill(
        _ id: ProductID, _ entry: Entry, version: Int64?, lease: FillLease
    ) async throws(RedisError) -> Bool {
        let (document, lifetime) =
            switch entry {
            case .document(let document): (document, Self.documentLifetime)
            case .absent: (Document(body: [], entityTag: ""), Self.absenceLifetime)
            }
        let tag = Array(document.entityTag.utf8)
        let reply = try await redis.evaluate(
            CacheScripts.fill, keys: [.string(Self.key(id))],
            arguments: [
                .string(lease.token), .string(version.map { String($0) } ?? ""), .bytes(document.body),
                .bytes(Self.checksum(id, document.body, tag) + tag), .int(Int64(lifetime)),
            ])
        return reply == .int(1)
    }

    /// Nil when there is no document, or a damaged one.
    private static func entry(_ reply: RedisValue, of id: ProductID) -> Entry? {
        guard case .array(let fields) = reply, fields.count == 2, case .string(let body) = fields[0],
            case .string(let seal) = fields[1]
        else { return nil }
        let tag = Array(seal.dropFirst(8))
        guard seal.starts(with: checksum(id, body, tag)) else { return nil }
        if body.isEmpty { return .absent }
        return .document(Document(body: body, entityTag: String(decoding: tag, as: UTF8.self)))
    }

    private static func checksum(_ id: ProductID, _ body: [UInt8], _ tag: [UInt8]) -> [UInt8] {
        var checksum = Checksum(seed: UInt64(bitPattern: id.value))
        checksum.add(body)
        checksum.add(tag)
        return checksum.bytes
    }

    // MARK: the projector, and a gateway that answers a write

    /// The number of products that one script may touch, because Redis does nothing else meanwhile.
    package static let maximumChanges = 500

    /// Removes the entries of `changes`, at most `maximumChanges`, and then records in the `watermarks` that all
    /// earlier changes are removed. Redis does all of it or nothing. An entry that was removed for the same change
    /// before stays: it was filled since, from a row that has the change.
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

    /// The watermark of each partition; a partition without a watermark in Redis is left out.
    package func watermarks() async throws(RedisError) -> [Int32: Int64] {
        let reply: RedisValue
        do {
            reply = try await redis.command(["HGETALL", .string(Self.watermarks)])
        } catch {
            guard error.code == "WRONGTYPE" else { throw error }
            return [:]  // somebody else has written the key: the next invalidation replaces it
        }
        guard case .array(let fields) = reply else { return [:] }
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

    /// Removes the entries of all products, for a cache whose contents nobody can vouch for.
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
