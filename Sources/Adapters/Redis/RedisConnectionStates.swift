import Synchronization

/// Whether there is a connection, and the streams that follow it.
final class RedisConnectionStates: Sendable {
    private struct State {
        var isConnected = false
        var isFinished = false
        var nextKey = 0
        var streams: [Int: AsyncStream<Bool>.Continuation] = [:]
    }

    private let state = Mutex(State())

    var isConnected: Bool { state.withLock { $0.isConnected } }

    func set(_ isConnected: Bool) {
        let streams = state.withLock { state -> [AsyncStream<Bool>.Continuation] in
            guard state.isConnected != isConnected else { return [] }
            state.isConnected = isConnected
            return Array(state.streams.values)
        }
        for stream in streams { stream.yield(isConnected) }
    }

    func finish() {
        let streams = state.withLock { state in
            state.isFinished = true
            defer { state.streams = [:] }
            return Array(state.streams.values)
        }
        for stream in streams { stream.finish() }
    }

    func stream() -> AsyncStream<Bool> {
        let (stream, continuation) = AsyncStream.makeStream(of: Bool.self, bufferingPolicy: .bufferingNewest(1))
        let key = state.withLock { state -> Int? in
            continuation.yield(state.isConnected)
            guard !state.isFinished else { return nil }
            state.nextKey += 1
            state.streams[state.nextKey] = continuation
            return state.nextKey
        }
        guard let key else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { _ = $0.streams.removeValue(forKey: key) }
        }
        return stream
    }
}
