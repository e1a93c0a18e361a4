import EventLoop
import Glibc

/// The end of a connection whose client may still be sending. The rest of the response is sent, and then input is
/// thrown away for a while. If the connection were closed at once, the kernel would answer the client's next byte with
/// a reset, which can destroy the response before the client has read it (RFC 9112 section 9.6).
final class LingeringClose {
    private let descriptor: Int32
    private var output: ArraySlice<UInt8>
    private var watcher: DescriptorWatcher?
    private var budget = 4 * 1024 * 1024
    private var seconds = 0
    private let onEnd: (LingeringClose) -> Void

    /// Takes ownership of `descriptor`, which does not block, and closes it at the end.
    init(
        on loop: EventLoop, _ descriptor: Int32, output: ArraySlice<UInt8>, onEnd: @escaping (LingeringClose) -> Void
    ) throws {
        self.descriptor = descriptor
        self.output = output
        self.onEnd = onEnd
        do {
            watcher = try DescriptorWatcher(on: loop, descriptor: descriptor) { [unowned self] _ in advance() }
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        watcher?.watch(output.isEmpty ? .readable : [.readable, .writable])
        if output.isEmpty { Socket(descriptor: descriptor).endOutput() }
    }

    /// One second has passed.
    func tick() {
        seconds += 1
        if seconds >= 3 { end() }
    }

    func end() {
        guard let watcher else { return }
        self.watcher = nil
        watcher.close()
        Glibc.close(descriptor)
        onEnd(self)
    }

    private func advance() {
        if !output.isEmpty {
            let sent = Socket(descriptor: descriptor).sendSome(output)
            if sent > 0 { output = output.dropFirst(sent) }
            if sent < 0, errno != EAGAIN { return end() }
            if output.isEmpty {
                Socket(descriptor: descriptor).endOutput()
                watcher?.watch(.readable)
            }
        }
        let count = withUnsafeTemporaryAllocation(byteCount: 64 * 1024, alignment: 1) { buffer in
            recv(descriptor, buffer.baseAddress, buffer.count, 0)
        }
        budget -= max(count, 0)
        if count == 0 || budget <= 0 || (count < 0 && errno != EAGAIN) { end() }
    }
}
