import EventLog
import Events
import JSON
import Kafka
import Postgres
import Telemetry

/// `warelog dlq list|show|redrive|discard`: shows images that failed for good, and decides about them.
struct DeadLetters: Sendable {
    let tool: Tool
    let request: DeadLetterRequest

    func run() async throws -> Int32 {
        try await withConnection(tool.settings.postgres, loop: tool.loop) { connection in
            guard request.action == .redrive, !request.isDryRun else { return try await run(connection, nil) }
            return try await tool.withWriter("/warelog/dlq", connection) { try await run(connection, $0) }
        }
    }

    private func run(_ connection: PostgresConnection, _ writer: EventWriter?) async throws -> Int32 {
        var seen = RecentIDs()
        var count = 0
        var sheet = DeadLetterSheet(isJSON: request.isJSON, isFull: request.action == .show)
        let found = try await DeadLetterReader(tool.settings.kafka, loop: tool.loop).read { page in
            let letters = page.filter { request.concerns($0) && seen.insert($0.id) }
            if letters.isEmpty { return true }
            let states = try await DeadLetterState.load(of: letters, connection)
            for letter in letters {
                guard let state = states[letter.id], request.concerns(state) else { continue }
                try await act(letter, connection, writer)
                count += 1
                sheet.write(letter, state)
            }
            return true
        }
        if found.unreadable > 0 {
            StandardStream.error.line(
                "warelog: \(found.unreadable) records of \(DerivedTopic.deadLetters.name) cannot be read")
        }
        StandardStream.error.line(summary(count))
        return request.ids.isEmpty || count == request.ids.count ? 0 : 1
    }

    private func summary(_ count: Int) -> String {
        let letters = "\(count) dead \(count == 1 ? "letter" : "letters")"
        let missing = request.ids.count - count
        let rest = missing > 0 ? "; \(missing) were not found or cannot be decided any more" : ""
        return switch (request.action, request.isDryRun) {
        case (.list, _), (.show, _): "\(letters)\(rest)"
        case (.redrive, true), (.discard, true): "\(letters) would be \(past)\(rest)"
        case (.redrive, false), (.discard, false): "\(letters) \(past)\(rest)"
        }
    }

    private var past: String { request.action == .redrive ? "redriven" : "discarded" }

    private func act(_ letter: DeadLetter, _ connection: PostgresConnection, _ writer: EventWriter?) async throws {
        if request.isDryRun { return }
        switch request.action {
        case .list, .show: return
        case .redrive:
            // Two redrives of one letter are one command, which takes effect once.
            let name = "redrive-\(letter.id)"
            let metadata = EventMetadata(
                id: EventID(name), time: WallClock.now(), command: CommandID(name), actor: request.actor)
            let wanted = ImagesCompressionRequested.Wanted(id: letter.imageID, source: letter.source)
            let event = ImagesCompressionRequested(productID: letter.productID, images: [wanted])
            _ = try await writer?.append(.imagesCompressionRequested(event), metadata)
        case .discard: break
        }
        try await DeadLetterState.record(past, letter, actor: request.actor, reason: request.because ?? "", connection)
    }
}

/// Remembers the ids seen most recently, because a letter may be in the topic twice, close together. It is bounded, so
/// that a topic of any length can be read.
private struct RecentIDs {
    private var newer: Set<EventID> = []
    private var older: Set<EventID> = []

    /// Returns false when the id has been seen.
    mutating func insert(_ id: EventID) -> Bool {
        guard !older.contains(id), newer.insert(id).inserted else { return false }
        if newer.count >= 50_000 {
            older = newer
            newer = []
        }
        return true
    }
}
