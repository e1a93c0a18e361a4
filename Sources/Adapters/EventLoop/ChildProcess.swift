import Base
import CLibuv
import Glibc

/// A child process whose standard input and output are pipes on the loop. For the loop's thread only.
///
/// The child shares this process's standard error. The object lives until the child is reaped, so an owner that no
/// longer needs the child calls `kill`.
package final class ChildProcess: @unchecked Sendable {
    /// The way in which a child ended.
    package struct Exit: Sendable, Equatable {
        package let status: Int64
        /// The signal that killed the child, or 0 if it exited by itself.
        package let signal: Int32
    }

    private let loop: EventLoop
    private var process: Handle<uv_process_t>?
    private var input: Handle<uv_pipe_t>?
    private var output: Handle<uv_pipe_t>?
    private var onOutput: ([UInt8]) -> Void
    private var onExit: (Exit) -> Void
    private var readBuffer = [UInt8](repeating: 0, count: 64 * 1024)
    package private(set) var isRunning = true
    private var hasExited = false

    /// Starts `executable` with `arguments`, and with `environment` as its whole environment. `onOutput` gets each
    /// piece of the output as it arrives, and an empty one at the end. `onExit` runs once, when the child is reaped.
    package init(
        on loop: EventLoop, executable: String, arguments: [String] = [], environment: [String: String] = [:],
        onOutput: @escaping ([UInt8]) -> Void, onExit: @escaping (Exit) -> Void
    ) throws(EventLoopError) {
        loop.preconditionOnLoop()
        self.loop = loop
        self.onOutput = onOutput
        self.onExit = onExit
        let me = Unmanaged.passUnretained(self).toOpaque()
        let input = try Handle<uv_pipe_t>("uv_pipe_init", owner: me) { uv_pipe_init(loop.uv, $0, 0) }
        let output: Handle<uv_pipe_t>
        do {
            output = try Handle<uv_pipe_t>("uv_pipe_init", owner: me) { uv_pipe_init(loop.uv, $0, 0) }
        } catch {
            input.close()
            throw error
        }
        self.input = input
        self.output = output
        try spawn(executable, arguments, environment, input, output)
    }

    private func spawn(
        _ executable: String, _ arguments: [String], _ environment: [String: String],
        _ input: Handle<uv_pipe_t>, _ output: Handle<uv_pipe_t>
    ) throws(EventLoopError) {
        var streams = [uv_stdio_container_t(), uv_stdio_container_t(), uv_stdio_container_t()]
        streams[0].flags = uv_stdio_flags(UV_CREATE_PIPE.rawValue | UV_READABLE_PIPE.rawValue)
        streams[0].data.stream = stream(input)
        streams[1].flags = uv_stdio_flags(UV_CREATE_PIPE.rawValue | UV_WRITABLE_PIPE.rawValue)
        streams[1].data.stream = stream(output)
        streams[2].flags = UV_INHERIT_FD
        streams[2].data.fd = 2
        let status = withCStrings([executable] + arguments) { argv in
            withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
                streams.withUnsafeMutableBufferPointer { streams in
                    var options = uv_process_options_t()
                    options.file = argv[0]
                    // libuv's declarations lack a `const`: it writes to neither the arrays nor the strings.
                    options.args = mutable(argv)
                    options.env = mutable(envp)
                    options.stdio_count = Int32(streams.count)
                    options.stdio = streams.baseAddress
                    options.exit_cb = { process, status, signal in
                        let me = Unmanaged<ChildProcess>.fromOpaque(process!.pointee.data).takeUnretainedValue()
                        me.exited(Exit(status: status, signal: signal))
                    }
                    return spawn(options)
                }
            }
        }
        guard status == 0 else {
            isRunning = false
            input.close()
            output.close()
            throw EventLoopError(call: "uv_spawn", status: status)
        }
        // Released in `exited`: until then libuv knows this object's address.
        _ = Unmanaged.passRetained(self)
        let reading = uv_read_start(
            stream(output),
            { handle, _, buffer in
                let me = Unmanaged<ChildProcess>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
                // The array is never resized, and libuv has written the memory before `received` reads it.
                me.readBuffer.withUnsafeMutableBytes { bytes in
                    buffer!.pointee.base = bytes.baseAddress!.assumingMemoryBound(to: CChar.self)
                    buffer!.pointee.len = bytes.count
                }
            },
            { handle, count, _ in
                let me = Unmanaged<ChildProcess>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
                me.received(count)
            })
        guard reading == 0 else {
            // The child runs already. It is killed and reaped, and nobody is told of it.
            (onOutput, onExit) = ({ _ in }, { _ in })
            kill()
            closeOutput()
            throw EventLoopError(call: "uv_read_start", status: reading)
        }
    }

    private func spawn(_ options: uv_process_options_t) -> Int32 {
        var options = options
        // The handle has to be closed by uv_close even if uv_spawn fails.
        let raw = UnsafeMutablePointer<uv_process_t>.allocate(capacity: 1)
        raw.initialize(to: uv_process_t())
        let status = uv_spawn(loop.uv, raw, &options)
        process = Handle(adopting: raw, owner: Unmanaged.passUnretained(self).toOpaque())
        if status != 0 {
            process?.close()
            process = nil
        }
        return status
    }

    /// Writes `bytes` to the child's input. Returns when the pipe has accepted all of them.
    package func write(_ bytes: [UInt8]) async throws(EventLoopError) {
        let status: Int32 = await withCheckedContinuation { continuation in
            loop.onLoop { self.startWrite(bytes, continuation) }
        }
        guard status >= 0 else { throw EventLoopError(call: "uv_write", status: status) }
    }

    private func startWrite(_ bytes: [UInt8], _ continuation: CheckedContinuation<Int32, Never>) {
        guard let input else { return continuation.resume(returning: UV_EPIPE.rawValue) }
        let pending = PendingWrite(bytes, continuation)
        // Released in the callback, which libuv runs exactly once after a successful uv_write.
        let retained = Unmanaged.passRetained(pending)
        pending.request.pointee.data = retained.toOpaque()
        var buffer = uv_buf_t(base: pending.memory, len: bytes.count)
        let status = uv_write(pending.request, stream(input), &buffer, 1) { request, status in
            let pending = Unmanaged<PendingWrite>.fromOpaque(request!.pointee.data).takeRetainedValue()
            pending.continuation.resume(returning: status)
        }
        if status != 0 {
            retained.release()
            continuation.resume(returning: status)
        }
    }

    /// Closes the child's input, which asks the child to end.
    package func closeInput() {
        input?.close()
        input = nil
    }

    /// Sends SIGKILL.
    package func kill() { signal(SIGKILL) }

    /// Sends a signal to the child, or does nothing if it has ended.
    package func signal(_ signal: Int32) {
        guard isRunning, let process else { return }
        _ = uv_process_kill(process.raw, signal)  // fails if the child has just ended
    }

    private func received(_ count: Int) {
        if count > 0 {
            onOutput(Array(readBuffer[..<count]))
        } else if count < 0 {  // the end, or an error that ends it too
            onOutput([])
            closeOutput()
        }
    }

    private func closeOutput() {
        output?.close()
        output = nil
        if hasExited { released() }
    }

    private func exited(_ exit: Exit) {
        isRunning = false
        process?.close()
        process = nil
        closeInput()
        onExit(exit)
        if output == nil { released() } else { hasExited = true }
    }

    /// The child is reaped and its output is closed: libuv has no more callbacks for this object.
    private func released() { Unmanaged.passUnretained(self).release() }

    private func stream(_ pipe: Handle<uv_pipe_t>) -> UnsafeMutablePointer<uv_stream_t> {
        UnsafeMutableRawPointer(pipe.raw).assumingMemoryBound(to: uv_stream_t.self)
    }
}

/// A write in flight. The bytes stay where they are until libuv reports that they are written.
private final class PendingWrite {
    let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
    let memory: UnsafeMutablePointer<CChar>
    let continuation: CheckedContinuation<Int32, Never>

    init(_ bytes: [UInt8], _ continuation: CheckedContinuation<Int32, Never>) {
        self.continuation = continuation
        request.initialize(to: uv_write_t())
        memory = .allocate(capacity: max(bytes.count, 1))
        bytes.withUnsafeBytes { source in
            if let base = source.baseAddress {
                UnsafeMutableRawPointer(memory).copyMemory(from: base, byteCount: source.count)
            }
        }
    }

    deinit {
        request.deallocate()
        memory.deallocate()
    }
}

private func mutable(
    _ strings: UnsafeMutablePointer<UnsafePointer<CChar>?>
) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> {
    UnsafeMutableRawPointer(strings).assumingMemoryBound(to: UnsafeMutablePointer<CChar>?.self)
}
