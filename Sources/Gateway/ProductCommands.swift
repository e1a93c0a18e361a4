import EventLog
import EventLoop
import Events
import Kafka
import Postgres
import Telemetry

/// Turns commands into events on the log, and waits for what the fold makes of them.
struct ProductCommands: Sendable {
    let shared: SharedParts
    let pool: PostgresPool
    let loop: EventLoop
    let verdictWait: Duration

    struct Outcome: Sendable {
        enum Verdict: Sendable {
            case accepted
            case voided(VoidReason)
            /// Not known in time.
            case pending
        }

        /// What the product is if the event takes effect.
        let product: Product
        let command: CommandID
        let verdict: Verdict
    }

    func create(_ command: CreateProduct, _ trace: TraceContext) async throws -> Outcome {
        guard try await isKnown(command.userID) else {
            throw Problem(InvalidDocument([FieldFault("/user_id", .unknownUser, "names no user")]))
        }
        guard let id = await shared.ids.next() else {
            throw Problem.unavailable("No id can be given to a new product at the moment.")
        }
        let commandID = CommandID(UUIDv7.make())
        let metadata = EventMetadata(
            id: EventID(commandID.text), time: WallClock.now(), command: commandID, traceparent: trace.traceparent)
        let event = command.decide(id)
        let position = try await append(event, metadata)
        var product: Product?
        _ = Product.evolve(&product, Recorded(event, metadata, at: position))
        guard let product else { throw Problem(.internalError) }  // a creation always creates
        return Outcome(product: product, command: commandID, verdict: try await verdict(commandID, at: position))
    }

    private func isKnown(_ user: UserID) async throws -> Bool {
        do throws(PostgresError) {
            return try await shared.users.contains(user, pool)
        } catch {
            guard error.isAway else { throw error }
            throw Problem.unavailable("The user cannot be looked up at the moment.")
        }
    }

    private func append(_ event: ProductEvent, _ metadata: EventMetadata) async throws -> LogPosition {
        do throws(KafkaError) {
            return try await shared.writer.append(event, metadata)
        } catch {
            guard !error.isFatal else { throw error }
            throw Problem.unavailable(
                error.mayHaveBeenWritten
                    ? "The log did not answer in time; the command may have been recorded."
                    : "The log cannot be written at the moment; nothing was recorded.")
        }
    }

    private func verdict(_ command: CommandID, at position: LogPosition) async throws -> Outcome.Verdict {
        do {
            let decided = try await loop.withDeadline(verdictWait) {
                await shared.verdicts.verdict(command, topic: .products, at: position)
            }
            switch decided {
            case .accepted: return .accepted
            case .voided(let reason): return .voided(reason)
            case nil: return .pending
            }
        } catch is DeadlineExceeded {
            return .pending
        }
    }
}

/// RFC 9562 section 5.7: ordered by time, so that indexes over them grow at one end.
enum UUIDv7 {
    static func make() -> String {
        let high = UInt64(WallClock.now().milliseconds) << 16 | 0x7000 | UInt64.random(in: 0...0xFFF)
        let low = UInt64.random(in: 0 ... .max) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = hex(high) + hex(low)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index == 8 || index == 12 || index == 16 || index == 20 { text.append("-") }
            text.append(digit)
        }
        return text
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
