import EventLoop

/// The handles that a server has on its loop while it runs.
final class Engine {
    let daemon: Daemon
    let hangups: HangupWatcher
    private let daemonWatcher: DescriptorWatcher
    private let listenerWatcher: DescriptorWatcher
    private let soon: Timer
    private let seconds: Timer
    private let drain: Timer
    private let hook: TurnHook

    init(_ server: HTTPServer) throws {
        let loop = server.loop
        daemon = try Daemon(server, server.configuration)
        hangups = try HangupWatcher(on: loop) { [unowned server] id, isReset in
            server.connectionsByID[id]?.hungUp(isReset: isReset)
        }
        daemonWatcher = try DescriptorWatcher(on: loop, descriptor: daemon.pollDescriptor) { [unowned server] _ in
            server.beginTurns()
        }
        listenerWatcher = try DescriptorWatcher(on: loop, descriptor: server.listener.descriptor) {
            [unowned server] _ in
            server.acceptAll()
        }
        soon = try Timer(on: loop) { [unowned server] in server.beginTurns() }
        seconds = try Timer(on: loop) { [unowned server] in server.tick() }
        drain = try Timer(on: loop) { [unowned server] in server.drainIsOver() }
        hook = loop.beforeBlocking { [unowned server] in server.finishTurns() }
        daemonWatcher.watch(.readable)
        listenerWatcher.watch(.readable)
        seconds.start(after: .seconds(1), repeating: .seconds(1))
    }

    /// Begins another turn after the loop has looked at everything else.
    func turnSoon() { soon.start(after: .zero) }

    func startDrainTimer(_ limit: Duration) { drain.start(after: limit) }

    func pauseAccepting() { listenerWatcher.watch([]) }

    func resumeAccepting() { listenerWatcher.watch(.readable) }

    func stopAccepting() { listenerWatcher.close() }

    /// Must be called before the descriptors are closed.
    func close() {
        hook.remove()
        daemonWatcher.close()
        listenerWatcher.close()
        hangups.close()
        soon.close()
        seconds.close()
        drain.close()
    }
}
