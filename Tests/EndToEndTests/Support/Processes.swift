import EventLoop
import Glibc

/// Warelog's executables, as the build of the tests made them, with the environment of the servers under test.
final class Processes: @unchecked Sendable {
    // `@unchecked`: for the loop's thread only.
    enum Name: String, CaseIterable {
        case gateway, secondGateway, projector, secondProjector, compressor

        var executable: String {
            switch self {
            case .gateway, .secondGateway: Name.gateway.rawValue
            case .projector, .secondProjector: Name.projector.rawValue
            case .compressor: rawValue
            }
        }
    }

    /// The order in which the given ports are used.
    static let order: [Name] = [.gateway, .projector, .compressor, .secondGateway, .secondProjector]

    struct Failed: Error { let what: String }

    /// The ports of the processes that have clients.
    let ports: [Name: Int]
    private let loop: EventLoop
    private let environment: [String: String]
    private var running: [Name: ChildProcess] = [:]
    private var exits: [Name: AsyncStream<ChildProcess.Exit>] = [:]
    /// Everything that each process has logged.
    private(set) var logs: [Name: [UInt8]] = [:]
    private let outputs: AsyncStream<Void>
    private let output: AsyncStream<Void>.Continuation

    /// `settings` take precedence over those of the test run.
    init(_ loop: EventLoop, ports: [Int], settings: [String: String] = [:]) {
        self.loop = loop
        (outputs, output) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.ports = Dictionary(uniqueKeysWithValues: zip(Self.order, ports))
        var environment: [String: String] = [:]
        var entry = environ
        while let pair = entry.pointee {
            let text = String(cString: pair)
            if let equals = text.firstIndex(of: "=") {
                environment[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            entry += 1
        }
        // A member that returns under its name gets its partitions back at once, even after it was killed.
        environment["PROJECTOR_INSTANCE_ID"] = "projector-1"
        environment["COMPRESSOR_INSTANCE_ID"] = "compressor-1"
        environment["IMAGE_ALLOWED_NETWORKS"] = "127.0.0.0/8"
        environment["IMAGE_RETRY_MILLISECONDS"] = "50"
        // Longer than a projector that has just started needs to get its partitions.
        environment["VERDICT_WAIT_MILLISECONDS"] = "20000"
        self.environment = environment.merging(settings) { $1 }
    }

    var brokers: String { environment["KAFKA_BROKERS"] ?? "" }

    /// The directory of the executables, which is that of the tests.
    static var directory: String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes {
            readlink("/proc/self/exe", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
        }
        let path = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
        return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }

    /// Starts `name` with `settings` in place of those that all tests have. `command` is a command that runs the
    /// executable, if any.
    func start(_ name: Name, with settings: [String: String] = [:], by command: [String] = []) throws {
        let (exited, exit) = AsyncStream.makeStream(of: ChildProcess.Exit.self)
        exits[name] = exited
        var environment = environment
        for variable in ["PORT", "PROJECTOR_PORT", "COMPRESSOR_PORT"] {
            environment[variable] = ports[name].map { "\($0)" }
        }
        let words = command + ["\(Self.directory)/\(name.executable)"]
        // Two members with one name would remove each other from the group.
        if name == .secondProjector { environment["PROJECTOR_INSTANCE_ID"] = "projector-2" }
        running[name] = try ChildProcess(
            on: loop, executable: words[0], arguments: Array(words.dropFirst()),
            environment: environment.merging(settings) { $1 },
            onOutput: { [weak self] in
                self?.logs[name, default: []] += $0
                self?.output.yield()
            },
            onExit: {
                exit.yield($0)
                exit.finish()
            })
    }

    /// Starts `name` and returns when it has logged `message`.
    func start(_ name: Name, awaiting message: String, with settings: [String: String] = [:]) async throws {
        let before = logs[name]?.count ?? 0
        try start(name, with: settings)
        await awaitLog(of: name, from: before, message)
    }

    /// Returns when the log of `name` contains `text` after its first `start` bytes.
    func awaitLog(of name: Name, from start: Int = 0, _ text: String) async {
        while !String(decoding: (logs[name] ?? []).dropFirst(start), as: UTF8.self).contains(text) {
            var iterator = outputs.makeAsyncIterator()
            guard await iterator.next() != nil else { return }
        }
    }

    func hasLogged(_ name: Name, _ text: String) -> Bool {
        String(decoding: logs[name] ?? [], as: UTF8.self).contains(text)
    }

    /// Returns how `name` ended, if it ends by itself.
    func exit(of name: Name) async -> ChildProcess.Exit? {
        defer {
            exits[name] = nil
            running[name] = nil
        }
        return await exits[name]?.first { _ in true }
    }

    /// Sends SIGKILL, and returns when `name` has ended.
    func kill(_ name: Name) async {
        running.removeValue(forKey: name)?.kill()
        if let exited = exits.removeValue(forKey: name) { for await _ in exited {} }
    }

    /// Sends SIGSTOP: the process exists and does nothing, until `goOn`.
    func pause(_ name: Name) { running[name]?.signal(SIGSTOP) }
    func goOn(_ name: Name) { running[name]?.signal(SIGCONT) }

    /// Sends SIGTERM, and returns when `name` has ended and everything that it logged is in `logs`.
    func stop(_ name: Name) async {
        running[name]?.signal(SIGTERM)
        if let exited = exits.removeValue(forKey: name) { for await _ in exited {} }
        running[name] = nil
    }

    /// Stops all processes, and kills those that have not ended within the time in which every process should end.
    func stopAll() async {
        do {
            try await loop.withDeadline(.seconds(20)) {
                for name in Name.allCases { self.goOn(name) }
                for name in Name.allCases { self.running[name]?.signal(SIGTERM) }
                for name in Name.allCases { await self.stop(name) }
            }
        } catch {
            for name in Name.allCases { await kill(name) }
        }
    }

    /// Starts `warelog` with `settings` in place of those that all tests have; an empty value removes a setting.
    func start(tool arguments: [String], with settings: [String: String] = [:]) throws -> ToolRun {
        try ToolRun(
            on: loop, executable: "\(Self.directory)/warelog", arguments: arguments,
            environment: environment.merging(settings) { $1 }.filter { !$0.value.isEmpty })
    }

    /// Runs `warelog` to its end, whatever its exit status is.
    func run(_ arguments: String..., with settings: [String: String] = [:]) async throws -> ToolRun.End {
        try await start(tool: arguments, with: settings).end()
    }

    /// Runs `warelog`, which has to succeed, and returns its output.
    @discardableResult
    func tool(_ arguments: String..., with settings: [String: String] = [:]) async throws -> String {
        let end = try await start(tool: arguments, with: settings).end()
        guard end.isDone else { throw Failed(what: "warelog \(arguments.joined(separator: " ")): \(end)") }
        return end.output
    }
}
