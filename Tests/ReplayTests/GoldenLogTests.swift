import EventLog
import Events
import Foundation
import Kafka
import LogTesting
import Testing

/// The logs of all releases are replayed: an event that was once written can always be read, and always has the same
/// effect.
@Suite(.timeLimit(.minutes(20)))
struct GoldenLogTests {
    private static let releases: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: GoldenLog.directory.path)) ?? []
        return names.filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(".jsonl".count)) }.sorted()
    }()

    private static func file(_ name: String) -> URL { GoldenLog.directory.appendingPathComponent(name) }
    private static func text(_ name: String) throws -> String { try String(contentsOf: file(name), encoding: .utf8) }

    @Test(arguments: releases) func theLogOfAReleaseMakesWhatItAlwaysMade(_ release: String) throws {
        let log = try GoldenLog(parsing: Self.text("\(release).jsonl"))
        #expect(try log.text == Self.text("\(release).jsonl"), "the file is read whole")
        let outcome = try log.outcome().split(separator: "\n").map { String($0) }
        let wanted = try Self.text("\(release).outcome").split(separator: "\n").map { String($0) }
        #expect(outcome.filter { !$0.hasPrefix("root") } == wanted.filter { !$0.hasPrefix("root") })
        #expect(outcome.filter { $0.hasPrefix("root") } == wanted.filter { $0.hasPrefix("root") })
    }

    @Test func theFirstReleaseIsThere() throws {
        #expect(Self.releases.contains("release-1"))
        let log = try GoldenLog(parsing: Self.text("release-1.jsonl"))
        #expect(try Self.isComplete(log))
    }

    /// With `GOLDEN_LOG=release-N` the test writes files: the log of a release that has none yet, and its outcome. For
    /// a log that exists it writes only the outcome.
    @Test func theLogOfAReleaseIsReadAsItIsWritten() throws {
        let name = ProcessInfo.processInfo.environment["GOLDEN_LOG"]
        var log = try #require(try (1...1000).lazy.map { Self.random(seed: $0) }.first { try Self.isComplete($0) })
        #expect(try GoldenLog(parsing: log.text).text == log.text)
        guard let name else { return }
        if FileManager.default.fileExists(atPath: Self.file("\(name).jsonl").path) {
            log = try GoldenLog(parsing: Self.text("\(name).jsonl"))
        } else {
            try log.text.write(to: Self.file("\(name).jsonl"), atomically: true, encoding: .utf8)
        }
        try log.outcome().write(to: Self.file("\(name).outcome"), atomically: true, encoding: .utf8)
    }

    private static func random(seed: Int) -> GoldenLog {
        var drafts = RandomStream(seed: seed, count: 250, classes: 3, [.poison, .strangers]).drafts
        for index in drafts.indices { drafts[index].isDiscarded = false }
        let log = PartitionedLog(drafts, partitions: 2)
        return GoldenLog(records: log.batches(seed: seed, maximum: 1).flatMap { $0 })
    }

    /// Whether the log contains every type, every verdict, poison, records that may be skipped, and requests that can
    /// be repeated.
    private static func isComplete(_ log: GoldenLog) throws -> Bool {
        var model = MemoryReadModel(of: log.counts)
        var types: Set<EventType> = []
        var marks = 0
        var skipped = 0
        for record in log.records {
            try model.project([record])
            do {
                let headers = record.headers.map { (name: $0.name, value: $0.value) }
                let event = try CloudEvent(headers: headers, value: record.value)
                types.insert(event.type)
                marks += event.metadata.idempotency == nil ? 0 : 1
            } catch EventFault.unknownType {
                skipped += 1
            } catch {}  // poison is counted by the model
        }
        return types == Set(EventType.allCases) && model.voidReasons == Set(VoidReason.allCases) && marks > 10
            && skipped > 0 && !model.quarantined.isEmpty && model.documents.count > 3
    }
}
