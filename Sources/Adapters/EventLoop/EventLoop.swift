import CLibuv
import Glibc
import Synchronization

/// One libuv loop on one thread, which is also the executor of the Swift tasks that prefer it.
///
/// Tasks started with `executorPreference: loop`, and the nonisolated async functions they call, run on the loop's
/// thread, between callbacks of libuv. What is bound to a loop (timers, watchers, connections) may be touched on its
/// thread only; `preconditionOnLoop` says so where it matters.
package final class EventLoop: TaskExecutor, @unchecked Sendable {
    // `@unchecked`: everything below is confined to the loop's thread, but for `remote`, which has a lock, and
    // `thread`, which is written once before anybody else knows the loop.
    let uv: UnsafeMutablePointer<uv_loop_t>
    private var thread: pthread_t
    private var ready: [UnownedJob] = []
    private var running: [UnownedJob] = []
    private let remote = Mutex(Remote())
    private var prepare: Handle<uv_prepare_t>?
    private var turnHooks: [TurnHook] = []
    private var turnEnds: [() -> Void] = []
    private var runningTurnEnds: [() -> Void] = []

    /// What another thread hands to the loop.
    private enum Work {
        case job(UnownedJob)
        case call(@Sendable () -> Void)
    }

    /// What other threads reach. `wake` goes under the lock as well: another thread may be about to send to it.
    private struct Remote {
        var work: [Work] = []
        var wake: Handle<uv_async_t>?
    }

    /// Writing where nobody reads any more is an error that the writer is told of, never the end of the process. Of the
    /// libraries on a loop not all see to that by themselves.
    private static let ignoresBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    /// A loop for the calling thread; nothing runs before `run`.
    package init() throws(EventLoopError) {
        Self.ignoresBrokenPipes
        uv = .allocate(capacity: 1)
        thread = pthread_self()
        let status = uv_loop_init(uv)
        guard status == 0 else {
            uv.deallocate()
            throw EventLoopError(call: "uv_loop_init", status: status)
        }
        ready.reserveCapacity(1024)
        running.reserveCapacity(1024)
        let me = Unmanaged.passUnretained(self).toOpaque()
        let wake = try Handle<uv_async_t>("uv_async_init", owner: me) { [uv] in
            uv_async_init(uv, $0) { handle in EventLoop.from(handle!.pointee.data).takeRemoteWork() }
        }
        remote.withLock { $0.wake = wake }
        // Runs before the loop blocks: whatever the callbacks of this turn made ready is done first.
        prepare = try Handle("uv_prepare_init", owner: me) { [uv] in uv_prepare_init(uv, $0) }
        uv_prepare_start(prepare!.raw) { handle in EventLoop.from(handle!.pointee.data).drain() }
    }

    deinit {
        // A look-up that is still on libuv's thread pool cannot be called back: it will touch the loop once more, so the
        // loop's memory is left to it.
        if uv_loop_close(uv) == 0 { uv.deallocate() }
    }

    /// Whether the caller is on this loop's thread.
    package var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }

    package func preconditionOnLoop() {
        precondition(isCurrent, "called from outside the event loop's thread")
    }

    // MARK: running

    /// Runs the loop on the calling thread until `main` has ended, and gives its result.
    ///
    /// What `main` opened on this loop must be closed when it returns: closing callbacks still run, and then the loop
    /// is gone.
    package func run<Value: Sendable>(_ main: @escaping @Sendable () async throws -> Value) throws -> Value {
        thread = pthread_self()
        let outcome = Outcome<Value>()
        withExtendedLifetime(self) {
            let root = Task(executorPreference: self) {
                do {
                    outcome.set(.success(try await main()))
                } catch {
                    outcome.set(.failure(error))
                }
                self.execute { uv_stop(self.uv) }
            }
            withExtendedLifetime(root) {
                drain()
                uv_run(uv, UV_RUN_DEFAULT)
            }
            close()
        }
        return try outcome.get()
    }

    /// Closes what the loop itself owns and lets every closing handle finish.
    private func close() {
        remote.withLock { $0.wake.take() }?.close()
        takeRemoteWork()  // what came too late to be woken for
        prepare?.close()
        prepare = nil
        turnHooks = []
        uv_run(uv, UV_RUN_NOWAIT)
        drain()
        uv_run(uv, UV_RUN_NOWAIT)
    }

    // MARK: work

    /// Called by the Swift runtime when a task on this executor can go on.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            ready.append(job)
        } else {
            post(.job(job))
        }
    }

    /// Runs `body` on the loop's thread, soon, never before this returns.
    package func execute(_ body: @escaping @Sendable () -> Void) {
        post(.call(body))
    }

    /// Runs `body` before the loop blocks, every time, until the hook is removed: for a library that has to be asked
    /// whether it has work left.
    @discardableResult
    package func beforeBlocking(_ body: @escaping () -> Void) -> TurnHook {
        preconditionOnLoop()
        let hook = TurnHook(body)
        turnHooks.append(hook)
        return hook
    }

    /// Runs `body` once, when everything that is ready now, and what that makes ready, has run: for output that is
    /// better written once than in pieces. `body` must not call `drain`.
    package func atEndOfTurn(_ body: @escaping () -> Void) {
        preconditionOnLoop()
        turnEnds.append(body)
    }

    private func post(_ work: Work) {
        remote.withLock { remote in
            remote.work.append(work)
            guard remote.work.count == 1, let wake = remote.wake else { return }
            uv_async_send(wake.raw)  // the one libuv call that is safe from any thread; it does not block
        }
    }

    private func takeRemoteWork() {
        let work = remote.withLock { remote in
            let taken = remote.work
            remote.work.removeAll(keepingCapacity: true)
            return taken
        }
        for item in work {
            switch item {
            case .job(let job): ready.append(job)
            case .call(let body): body()
            }
        }
        drain()
    }

    /// Runs every job that is ready, in the order in which they became so, and what they make ready in turn.
    package func drain() {
        let executor = asUnownedTaskExecutor()
        repeat {
            while !ready.isEmpty {
                swap(&ready, &running)
                for job in running { job.runSynchronously(on: executor) }
                running.removeAll(keepingCapacity: true)
            }
            turnHooks.removeAll { $0.isRemoved }
            for hook in turnHooks { hook.run() }
            if ready.isEmpty { endTurn() }
        } while !ready.isEmpty || !turnEnds.isEmpty
    }

    private func endTurn() {
        swap(&turnEnds, &runningTurnEnds)
        for body in runningTurnEnds { body() }
        runningTurnEnds.removeAll(keepingCapacity: true)
    }

    private static func from(_ data: UnsafeMutableRawPointer) -> EventLoop {
        Unmanaged<EventLoop>.fromOpaque(data).takeUnretainedValue()
    }
}

/// What the main task of a loop ended with.
private final class Outcome<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)

    func set(_ result: Result<Value, any Error>) { self.result.withLock { $0 = result } }

    func get() throws -> Value {
        guard let result = result.withLock({ $0 }) else { throw CancellationError() }  // stopped before its end
        return try result.get()
    }
}
