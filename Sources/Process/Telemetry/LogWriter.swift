import Glibc

/// Writes log lines to standard output from a thread of its own, so that a slow reader of the log blocks nobody.
///
/// Up to a mebibyte waits to be written; when that is full new lines are dropped, and the next line that fits is
/// preceded by one that counts them. `close` writes what waits.
package final class LogWriter: @unchecked Sendable {
    // `@unchecked`: the fields below `lock` are touched under it only.
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
        pthread_mutex_init(lock, nil)
        pthread_cond_init(changed, nil)
        // Balanced at the end of the thread.
        let me = Unmanaged.passRetained(self).toOpaque()
        let status = pthread_create(
            &thread, nil,
            { raw in
                Unmanaged<LogWriter>.fromOpaque(raw!).takeRetainedValue().run()
                return nil
            }, me)
        precondition(status == 0, "no thread for the log")
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

    /// Writes what waits and ends the thread.
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

    /// What is to be written; nil after the end.
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
                    return  // nobody reads the log any more; there is nobody to tell
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
