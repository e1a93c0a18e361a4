import Glibc
import Synchronization

/// A loop on a thread of its own, for work that the process divides among several loops.
package final class EventLoopThread: Sendable {
    package let loop: EventLoop
    private let thread: pthread_t
    private let stop: AsyncStream<Void>.Continuation

    /// Starts a thread and returns when its loop runs.
    package init() throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let start = Start(stop: stream)
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { raw in
                // Released here. The creator retains it below.
                Unmanaged<Start>.fromOpaque(raw!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(start).toOpaque())
        guard status == 0 else { throw EventLoopError(call: "pthread_create", status: -status) }
        self.thread = thread
        stop = continuation
        loop = try start.loop()
    }

    /// Ends the loop, which must have no work left, and joins the thread. Call it from another thread.
    package func shutdown() {
        stop.finish()
        let status = pthread_join(thread, nil)
        precondition(status == 0, "pthread_join: \(status)")
    }
}

/// Passes the new thread's loop to its creator.
private final class Start: Sendable {
    private let stop: AsyncStream<Void>
    private let made = Mutex<Result<EventLoop, EventLoopError>?>(nil)
    private let semaphore = UncheckedSemaphore()

    init(stop: AsyncStream<Void>) { self.stop = stop }

    func run() {
        let result = Result { () throws(EventLoopError) in try EventLoop() }
        made.withLock { $0 = result }
        guard case .success(let loop) = result else { return semaphore.signal() }
        // The creator continues when the loop runs, not before.
        try? loop.run { [stop, semaphore] in  // this main cannot throw
            semaphore.signal()
            for await _ in stop {}
        }
    }

    func loop() throws(EventLoopError) -> EventLoop {
        semaphore.wait()
        return try made.withLock { $0! }.get()  // set before the signal
    }
}

private final class UncheckedSemaphore: @unchecked Sendable {
    private let raw = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        let status = sem_init(raw, 0, 0)
        precondition(status == 0, "sem_init: \(errno)")
    }

    deinit {
        sem_destroy(raw)
        raw.deallocate()
    }

    func signal() { sem_post(raw) }

    func wait() { while sem_wait(raw) != 0 {} }  // interrupted by a signal
}
