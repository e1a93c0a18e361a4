/// A queue of rows for one COPY: the fold suspends while the server is behind. It must stay on one loop.
final class RowChannel: @unchecked Sendable {
    /// The number of chunks that may wait.
    private static let capacity = 3

    private var chunks: [[UInt8]] = []
    private var isFinished = false
    private var failure: (any Error)?
    private var receiver: CheckedContinuation<Void, Never>?
    private var sender: CheckedContinuation<Void, Never>?

    /// Suspends while the queue is full; throws when the receiver has failed.
    func send(_ chunk: [UInt8]) async throws {
        while chunks.count >= Self.capacity, failure == nil { await withCheckedContinuation { sender = $0 } }
        if let failure { throw failure }
        chunks.append(chunk)
        wake(&receiver)
    }

    /// Ends the queue after the chunks that it holds.
    func finish() {
        isFinished = true
        wake(&receiver)
    }

    /// Makes `send` throw, because the receiver has failed.
    func fail(_ error: any Error) {
        failure = error
        wake(&sender)
    }

    /// The next chunk; nil after the last one.
    func receive() async -> [UInt8]? {
        while chunks.isEmpty, !isFinished { await withCheckedContinuation { receiver = $0 } }
        guard !chunks.isEmpty else { return nil }
        defer { wake(&sender) }
        return chunks.removeFirst()
    }

    private func wake(_ waiter: inout CheckedContinuation<Void, Never>?) {
        waiter?.resume()
        waiter = nil
    }
}
