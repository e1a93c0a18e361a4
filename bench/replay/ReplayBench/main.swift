import Glibc

/// The parts of `make bench-replay` that have to speak the project's own language. Settings come from the environment
/// that the stack writes.
///
///     replay-bench log|upserts|decode SEED EVENTS

func complain(_ text: String) {
    let bytes = Array("replay-bench: \(text)\n".utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)  // the exit status tells as well
}

let arguments = CommandLine.arguments
guard arguments.count == 4, let seed = UInt64(arguments[2]), let events = Int(arguments[3]), events > 0 else {
    complain("usage: replay-bench log|upserts|decode SEED EVENTS")
    exit(2)
}

func setting(_ name: String) throws -> String {
    guard let value = getenv(name) else { throw BulkFault(reason: "\(name) is not set") }
    return String(cString: value)
}

do {
    let result: [UInt8]
    switch arguments[1] {
    case "log":
        result = try await WriteLog(
            brokers: try setting("KAFKA_BROKERS"), seed: seed, events: events,
            partitions: Int32(try setting("KAFKA_PARTITIONS")) ?? 1
        ).run()
    case "upserts":
        result = try WriteUpserts(
            brokers: try setting("KAFKA_BROKERS"), seed: seed, events: events,
            partitions: Int32(try setting("KAFKA_PARTITIONS")) ?? 1
        ).run()
    case "decode":
        result = try DecodeBench(seed: seed, events: events).run()
    default:
        throw BulkFault(reason: "no such command: \(arguments[1])")
    }
    print(String(decoding: result, as: UTF8.self))
} catch {
    complain("\(error)")
    exit(1)
}
