import Glibc

/// Writes log lines to standard output on a thread of its own, so that a slow reader of the log does not block the
/// process.
///
/// It buffers up to a mebibyte. When the buffer is full, it drops new lines, and writes a line with their number before
/// the next line that fits. `close` writes the buffered lines.
package final class LogWriter: @unchecked Sendable {
    // `@unchecked`: the fields below `lock` are used only while it is held.
    private static let capacity = 1 << 20

    private let descriptor: Int32
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiting: [UInt8] = []
    private var dropped = 0
    private var isClosed = false
    private var thread = pthread_t()

    package init(descriptor: Int32 = STDOUT_FILENO) {
        self.descriptor = descriptor
        precondition(pthread_mutex_init(lock, nil) == 0, "pthread_mutex_init failed")
        precondition(pthread_cond_init(changed, nil) == 0, "pthread_cond_init failed")
        // The thread releases it when it ends.
        let me = Unmanaged.passRetained(self).toOpaque()
        let status = pthread_create(
            &thread, nil,
            { raw in
                Unmanaged<LogWriter>.fromOpaque(raw!).takeRetainedValue().run()
                return nil
            }, me)
        precondition(status == 0, "pthread_create failed")
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(lock)
        changed.deallocate()
        lock.deallocate()
    }

    package func write(_ line: [UInt8]) {
        locked {
            guard !isClosed, waiting.count + line.count <= Self.capacity else {
                dropped += 1
                return
            }
            if dropped > 0 {
                waiting +=
                    Array(#"{"level":"warning","message":"log lines dropped","count":\#(dropped)}"#.utf8) + [0x0A]
                dropped = 0
            }
            waiting += line
            pthread_cond_signal(changed)
        }
    }

    /// Writes the buffered lines and ends the thread.
    package func close() {
        locked {
            isClosed = true
            pthread_cond_signal(changed)
        }
        pthread_join(thread, nil)
    }

    private func run() {
        while let lines = next() { write(all: lines) }
    }

    /// Waits for lines and returns them. Nil after `close`.
    private func next() -> [UInt8]? {
        locked {
            while waiting.isEmpty {
                if isClosed { return nil }
                pthread_cond_wait(changed, lock)
            }
            let lines = waiting
            waiting.removeAll(keepingCapacity: true)
            return lines
        }
    }

    private func write(all bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, buffer.baseAddress! + rest.startIndex, rest.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    return  // nobody reads the log any more
                }
            }
        }
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return body()
    }
}
