import Foundation

@testable import Imaging

/// A worker process beside the test bundle. Foundation's `Process` waits on a run loop, which tests on several threads
/// do not share.
final class Worker {
    private var pid: pid_t = 0
    private var input: Int32
    private let output: Int32
    private var decoder = WorkerResponseDecoder()
    private var ended = false

    struct Failure: Error {
        var call: String
        var code: Int32
    }

    init(memoryBytes: UInt64 = 1 << 30) throws {
        // A worker that ends closes the pipe this process writes to.
        signal(SIGPIPE, SIG_IGN)
        var (into, from): ([Int32], [Int32]) = ([0, 0], [0, 0])
        try Self.check("pipe", pipe(&into) == 0 ? 0 : errno)
        try Self.check("pipe", pipe(&from) == 0 ? 0 : errno)
        // What another worker started in between inherits, it closes.
        for descriptor in into + from { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        (self.input, self.output) = (into[1], from[0])
        defer {
            close(into[0])
            close(from[1])
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, into[0], 0)
        posix_spawn_file_actions_adddup2(&actions, from[1], 1)
        let arguments = [Self.executable, String(memoryBytes)]
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        try Self.check("posix_spawn", posix_spawn(&self.pid, Self.executable, &actions, nil, &pointers, environ))
    }

    deinit {
        if !self.ended {
            kill(self.pid, SIGKILL)
            waitpid(self.pid, nil, 0)
        }
        close(self.output)
        self.closeInput()
    }

    private static func check(_ call: String, _ code: Int32) throws {
        if code != 0 { throw Failure(call: call, code: code) }
    }

    private static let executable: String = {
        let me = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return me.deletingLastPathComponent().appendingPathComponent("warelog-image-worker").path
    }()

    static var isBuilt: Bool { FileManager.default.isExecutableFile(atPath: self.executable) }

    /// What the kernel says about the process in `/proc`.
    func kernelFile(_ name: String) throws -> String {
        try String(contentsOfFile: "/proc/\(self.pid)/\(name)", encoding: .utf8)
    }

    var descriptors: Set<String> {
        get throws { Set(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(self.pid)/fd")) }
    }

    /// What a worker that has ended does not take is told by its silence.
    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(self.input, $0.baseAddress, $0.count) }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Nil when the worker ended without another response.
    func receive() throws -> WorkerResponse? {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let response = try self.decoder.next() { return response }
            let count = read(self.output, &chunk, chunk.count)
            if count <= 0 { return nil }
            self.decoder.feed(chunk.prefix(count))
        }
    }

    func job(_ bytes: [UInt8], recipe: ImageRecipe = ImageRecipe()) throws -> ImageOutcome? {
        self.send(WorkerRequest(recipe: recipe, source: bytes).encoded())
        guard case .finished(let outcome, _) = try self.receive() else { return nil }
        return outcome
    }

    private func closeInput() {
        if self.input >= 0 { close(self.input) }
        self.input = -1
    }

    /// Closes its input. Its exit status; negative for the signal that ended it.
    func end() -> Int32 {
        self.closeInput()
        var status: Int32 = 0
        waitpid(self.pid, &status, 0)
        self.ended = true
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : -signal
    }
}
