import EventLog
import EventLoop
import Events
import HTTPClient
import JSON
import Kafka
import Postgres
import S3
import Service
import Settings
import SharedSettings
import Telemetry

/// `warelog media gc`: deletes objects that no product refers to.
///
/// The references are read in one snapshot of the read model, which has folded the log at least to its end at the start
/// of the command. An object that was stored later, or whose event is not on the log yet, is younger than the grace
/// period and so is kept. A compressor that makes an object for the same bytes again writes it again, which makes it
/// young.
struct Media: Sendable {
    /// The number and size of objects that are kept or deleted.
    struct Tally: Sendable, Equatable {
        var objects = 0
        var bytes = 0

        mutating func add(_ object: StoredObject) {
            objects += 1
            bytes += object.bytes
        }
    }

    let tool: Tool
    let request: MediaRequest

    func run() async throws -> Int32 {
        var reader = SettingsReader(tool.settings.environment)
        let configuration = reader.s3()
        try reader.finish()
        let web = try HTTPClient(loop: tool.loop)
        defer { web.close() }
        let store = S3Client(configuration: configuration, client: web)
        return try await withConnection(tool.settings.postgres, loop: tool.loop) { connection in
            let now = WallClock.now()
            let position = try await FoldedPosition.awaitEnd(tool, connection)
            // All queries that follow see one snapshot, which ends with the connection.
            _ = try await connection.query("begin isolation level repeatable read, read only")
            let quarantined = try await connection.query("select count(*) as n from warelog.quarantine").rows
            guard try quarantined.first?.int("n") == 0 else { throw MediaFault.quarantine }
            let oldest = Timestamp(milliseconds: now.milliseconds - Int64(request.grace / .milliseconds(1)))
            var kept = Tally()
            var deleted = Tally()
            let renditions = try await MediaReferences(connection, MediaReferences.renditions)
            try await sweep(store, "images/", renditions, before: oldest, &kept, &deleted)
            let uploads = try await MediaReferences(connection, MediaReferences.uploads) {
                UploadID(source: $0)?.objectKey
            }
            try await sweep(store, "uploads/", uploads, before: oldest, &kept, &deleted)
            StandardStream.error.line(
                "\(deleted.objects) objects of \(deleted.bytes) bytes \(request.isRun ? "deleted" : "to be deleted"), "
                    + "\(kept.objects) of \(kept.bytes) bytes kept; as of \(Topic.products.name) \(position)")
            return 0
        }
    }

    /// Merges two ordered lists, a page of each at a time: the stored objects and the references.
    private func sweep(
        _ store: S3Client, _ prefix: String, _ references: MediaReferences, before oldest: Timestamp,
        _ kept: inout Tally, _ deleted: inout Tally
    ) async throws {
        var references = references
        var last: String?
        while true {
            let page = try await store.objects(prefix: prefix, after: last)
            if page.isEmpty { return }
            var unwanted: [StoredObject] = []
            for object in page {
                // Nothing may be deleted on the assumption that the store keeps the order.
                guard last.map({ $0.utf8.lexicographicallyPrecedes(object.key.utf8) }) ?? true else {
                    throw MediaFault.unordered
                }
                last = object.key
                let isReferred = try await references.contain(object.key)
                guard let time = Timestamp(object.lastModified) else { throw MediaFault.unordered }
                if isReferred || time >= oldest { kept.add(object) } else { unwanted.append(object) }
            }
            if request.isRun { try await store.delete(keys: unwanted.map(\.key)) }
            for object in unwanted {
                deleted.add(object)
                show(object)
            }
        }
    }

    private func show(_ object: StoredObject) {
        guard request.isJSON else {
            let bytes = String(object.bytes)
            let padding = String(repeating: " ", count: max(0, 10 - bytes.count))
            return StandardStream.output.line("\(object.lastModified) \(padding)\(bytes) \(object.key)")
        }
        let line = JSONWriter.text { json in
            json.member("key", object.key)
            json.member("bytes", object.bytes)
            json.member("last_modified", object.lastModified)
        }
        StandardStream.output.line(line)
    }
}

enum MediaFault: Error, CustomStringConvertible {
    case quarantine, unordered
    case behind(String)

    var description: String {
        switch self {
        case .quarantine:
            "there are records in quarantine, and the objects that they refer to are not known: "
                + "retry or discard them first"
        case .unordered:
            "the object store does not list its objects in order or with their times, so it is not safe to delete any"
        case .behind(let partitions): "the read model has not folded the log to its end: \(partitions); try again later"
        }
    }
}
