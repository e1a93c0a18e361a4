import EventLoop
import Glibc

extension HTTPServer {
    /// Accepts no more connections, closes idle ones, lets the requests in flight finish for at most `drain`, and then
    /// cancels them. Returns when the last response has been sent or the time is over. `run` returns when every handler
    /// has returned.
    package func stop(drain: Duration) async {
        await withCheckedContinuation { continuation in
            loop.onLoop {
                self.beginDrain(drain)
                if self.engine == nil || self.pending.isClosed {
                    continuation.resume()
                } else {
                    self.drainWaiters.append(continuation)
                }
            }
        }
    }

    /// Before `run` this closes the port for good.
    func beginDrain(_ limit: Duration) {
        if !isDraining {
            isDraining = true
            engine?.stopAccepting()
            listener.close()
            // A request that is in the socket's buffer can still be read. After it the stream ends.
            for connection in connections where connection.exchange == nil {
                Socket(descriptor: connection.descriptor).endInput()
            }
            beginTurns()
        }
        guard let engine else { return pending.close() }
        engine.startDrainTimer(limit)
        exchangeEnded()
    }

    /// A response has been sent, or its connection is lost.
    func exchangeEnded() {
        guard isDraining, exchanges == 0 else { return }
        drained()
    }

    /// The time for draining is over, though requests may be in flight.
    func drainIsOver() {
        if exchanges > 0 { log("requests that were cancelled at the end of the drain: \(exchanges)") }
        drained()
    }

    /// No request is in flight, or none may be waited for any longer.
    func drained() {
        for connection in connections { connection.exchange?.task?.cancel() }
        pending.close()
        for waiter in drainWaiters { waiter.resume() }
        drainWaiters = []
    }

    /// Runs when every handler has returned. Gives their last responses one more chance to be sent.
    func tearDown() {
        guard let engine else { return }
        isDraining = true
        listener.close()
        for exchange in connections.compactMap(\.exchange) { exchange.resume() }
        turnsLeft = .max
        for _ in 0..<16 where needsTurn || engine.daemon.hasWorkLeft {
            turn()
        }
        drained()
        for linger in lingering { linger.end() }
        // libmicrohttpd allows no suspended connection at its end, and a turn may have suspended some again.
        for exchange in connections.compactMap(\.exchange) { exchange.resume() }
        engine.close()
        self.engine = nil
    }
}
