import EventLoop
import Glibc
import JSON

/// One run of `warelog`: what it prints, on standard output and standard error alike, and its exit status. Loop's
/// thread only.
final class ToolRun: @unchecked Sendable {
    struct End: Sendable {
        let status: Int64
        /// The signal that ended the run; 0 if it exited by itself.
        let signal: Int32
        let output: String

        var isDone: Bool { status == 0 && signal == 0 }
        /// The JSON objects among the lines of the output.
        var objects: [JSONValue] {
            output.split(separator: "\n").compactMap { try? JSONDocument(parsing: Array($0.utf8)).root }
        }
    }

    private var output: [UInt8] = []
    private var isOutputOver = false
    private var exit: ChildProcess.Exit?
    private var child: ChildProcess?
    private let news: AsyncStream<Void>
    private let new: AsyncStream<Void>.Continuation

    init(on loop: EventLoop, executable: String, arguments: [String], environment: [String: String]) throws {
        (news, new) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        child = try ChildProcess(
            on: loop, executable: "/bin/sh", arguments: ["-c", #"exec "$0" "$@" 2>&1"#, executable] + arguments,
            environment: environment,
            onOutput: { [self] piece in
                output += piece
                if piece.isEmpty { isOutputOver = true }
                new.yield()
            },
            onExit: { [self] in
                exit = $0
                new.yield()
            })
    }

    var text: String { String(decoding: output, as: UTF8.self) }
    var lineCount: Int { output.count { $0 == 0x0A } }
    var isRunning: Bool { exit == nil }

    /// Returns when `condition` holds for the output so far, or when the run has ended.
    func awaitOutput(_ condition: (ToolRun) -> Bool) async {
        while isRunning, !condition(self) {
            var iterator = news.makeAsyncIterator()
            guard await iterator.next() != nil else { return }
        }
    }

    /// Returns when the run has ended and all its output has arrived.
    func end() async -> End {
        while true {
            if let exit, isOutputOver { return End(status: exit.status, signal: exit.signal, output: text) }
            var iterator = news.makeAsyncIterator()
            guard await iterator.next() != nil else { return End(status: -1, signal: 0, output: text) }
        }
    }

    func send(_ signal: Int32) { if isRunning { child?.signal(signal) } }
}
