import CLibuv
import Glibc
import Synchronization

/// One libuv loop on one thread, which is also the executor of the Swift tasks that prefer it.
///
/// Tasks started with `executorPreference: loop`, and the nonisolated async functions they call, run on the loop's
/// thread, between the callbacks of libuv. Timers, watchers and connections belong to a loop and may be used on its
/// thread only; `preconditionOnLoop` checks that.
package final class EventLoop: TaskExecutor, @unchecked Sendable {
    // `@unchecked`: everything below is confined to the loop's thread, except `remote`, which has a lock, and `thread`,
    // which is written before another thread knows the loop.
    let uv: UnsafeMutablePointer<uv_loop_t>
    private var thread: pthread_t
    private var ready: [UnownedJob] = []
    private var running: [UnownedJob] = []
    private let remote = Mutex(Remote())
    private var prepare: Handle<uv_prepare_t>?
    private var turnHooks: [TurnHook] = []
    private var turnEnds: [() -> Void] = []
    private var runningTurnEnds: [() -> Void] = []

    /// Work that another thread hands to the loop.
    private enum Work {
        case job(UnownedJob)
        case call(@Sendable () -> Void)
    }

    /// The state that other threads use. The lock protects `wake` too: another thread may be about to send to it.
    private struct Remote {
        var work: [Work] = []
        var wake: Handle<uv_async_t>?
    }

    /// Writing to a closed pipe or socket is an error for the writer, and must not end the process. Not every library
    /// on the loop prevents that by itself.
    private static let ignoresBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    /// Makes a loop for the calling thread. Nothing runs before `run`.
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
        // Runs before the loop blocks, so that the jobs which this turn's callbacks made ready run first.
        prepare = try Handle("uv_prepare_init", owner: me) { [uv] in uv_prepare_init(uv, $0) }
        let prepared = uv_prepare_start(prepare!.raw) { handle in EventLoop.from(handle!.pointee.data).drain() }
        EventLoopError.require("uv_prepare_start", prepared)  // fails only without a callback
    }

    deinit {
        // A name look-up that still runs on libuv's thread pool cannot be stopped, and will use the loop once more. The
        // loop's memory is then left allocated.
        if uv_loop_close(uv) == 0 { uv.deallocate() }
    }

    /// Whether the caller is on this loop's thread.
    package var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }

    package func preconditionOnLoop() {
        precondition(isCurrent, "called from outside the event loop's thread")
    }

    // MARK: running

    /// Runs the loop on the calling thread until `main` has ended, and returns its result.
    ///
    /// `main` closes everything that it opened on this loop before it returns. The closing callbacks still run; after
    /// them the loop runs no more.
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
                uv_run(uv, UV_RUN_DEFAULT)  // not 0 after uv_stop
            }
            close()
        }
        return try outcome.get()
    }

    /// Closes the loop's own handles and runs the close callbacks of all handles.
    private func close() {
        remote.withLock { $0.wake.take() }?.close()
        takeRemoteWork()  // work that came after the last wake-up
        prepare?.close()
        prepare = nil
        turnHooks = []
        uv_run(uv, UV_RUN_NOWAIT)
        drain()
        uv_run(uv, UV_RUN_NOWAIT)
    }

    // MARK: work

    /// The Swift runtime calls this when a task on this executor can continue.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            ready.append(job)
        } else {
            post(.job(job))
        }
    }

    /// Runs `body` on the loop's thread, soon, but never before this function returns. Callable from any thread.
    package func execute(_ body: @escaping @Sendable () -> Void) {
        post(.call(body))
    }

    /// Runs `body` each time before the loop blocks, until the hook is removed: for a library that has to be asked
    /// whether it has work left.
    @discardableResult
    package func beforeBlocking(_ body: @escaping () -> Void) -> TurnHook {
        preconditionOnLoop()
        let hook = TurnHook(body)
        turnHooks.append(hook)
        return hook
    }

    /// Runs `body` once, after the jobs that are ready now and the jobs that they make ready: for output that is better
    /// written at once than in pieces. `body` must not call `drain`.
    package func atEndOfTurn(_ body: @escaping () -> Void) {
        preconditionOnLoop()
        turnEnds.append(body)
    }

    private func post(_ work: Work) {
        remote.withLock { remote in
            remote.work.append(work)
            guard remote.work.count == 1, let wake = remote.wake else { return }
            uv_async_send(wake.raw)  // safe from any thread; does not block, and cannot fail on an open handle
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

    /// Runs every job that is ready, in the order in which they became ready, and the jobs that they make ready.
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

/// The result of a loop's main task.
private final class Outcome<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)

    func set(_ result: Result<Value, any Error>) { self.result.withLock { $0 = result } }

    func get() throws -> Value {
        guard let result = result.withLock({ $0 }) else { throw CancellationError() }  // stopped before it ended
        return try result.get()
    }
}
