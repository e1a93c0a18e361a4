import EventLoop

extension HTTPServer {
    /// As often as libmicrohttpd is run again before the loop looks at everything else.
    private static let turnsAtOnce = 4

    /// Something has happened on libmicrohttpd's descriptor, or was left over.
    func beginTurns() {
        turnsLeft = Self.turnsAtOnce
        needsTurn = true
        turn()
    }

    /// Before the loop blocks, when every job has run: sends what was answered, sets aside what was not.
    ///
    /// libmicrohttpd's descriptor does not tell of resumed connections, nor of those that can go on without more input.
    /// A request that was answered by now never had its connection suspended, which saves its leaving and entering the
    /// epoll set.
    func finishTurns() {
        guard let engine else { return }
        while true {
            for exchange in unanswered where !exchange.answer.isGiven { exchange.suspend() }
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
            // New requests first get their chance to be answered: this is called again after their tasks have run.
            if !unanswered.isEmpty { return }
        }
    }

    /// Never from inside one of libmicrohttpd's callbacks.
    func turn() {
        guard let engine, !isInTurn else { return }
        isInTurn = true
        defer { isInTurn = false }
        turnsLeft -= 1
        needsTurn = false
        engine.daemon.run()
    }

    func enqueue(_ exchange: Exchange) { arrivals.add(exchange) }
}
