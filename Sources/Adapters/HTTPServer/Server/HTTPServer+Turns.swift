import EventLoop

extension HTTPServer {
    /// The number of times that libmicrohttpd is run before the loop looks at everything else.
    private static let turnsAtOnce = 4

    /// Something has happened on libmicrohttpd's descriptor, or work was left.
    func beginTurns() {
        turnsLeft = Self.turnsAtOnce
        needsTurn = true
        turn()
    }

    /// Runs before the loop blocks, when every job has run. Sends the responses that there are and suspends the other
    /// requests' connections.
    ///
    /// libmicrohttpd's descriptor does not report resumed connections, nor those that can go on without more input. The
    /// connection of a request that is answered by now was never suspended, which saves leaving and entering the epoll
    /// set.
    func finishTurns() {
        guard let engine else { return }
        while true {
            for exchange in unanswered where !exchange.machine.isAnswered { exchange.suspend() }
            unanswered.removeAll(keepingCapacity: true)
            guard needsTurn || engine.daemon.hasWorkLeft else {
                turnsLeft = Self.turnsAtOnce
                return
            }
            guard turnsLeft > 0 else {
                engine.turnSoon()
                return
            }
            turn()
            // This is called again after the tasks of new requests have had a chance to respond.
            if !unanswered.isEmpty { return }
        }
    }

    /// Must not be called from inside a callback of libmicrohttpd.
    func turn() {
        guard let engine, !isInTurn else { return }
        isInTurn = true
        defer { isInTurn = false }
        turnsLeft -= 1
        needsTurn = false
        if !engine.daemon.run() { log("MHD_run failed") }
    }

    func enqueue(_ exchange: Exchange) { pending.add(exchange) }
}
