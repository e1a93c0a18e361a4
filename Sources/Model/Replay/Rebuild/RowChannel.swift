/// Rows on their way into one COPY: the fold waits when the server is behind. On one loop only.
final class RowChannel: @unchecked Sendable {
    /// Chunks that may wait.
    private static let capacity = 3

    private var chunks: [[UInt8]] = []
    private var isFinished = false
    private var failure: (any Error)?
    private var receiver: CheckedContinuation<Void, Never>?
    private var sender: CheckedContinuation<Void, Never>?

    /// Throws when the receiver has ended with a failure.
    func send(_ chunk: [UInt8]) async throws {
        while chunks.count >= Self.capacity, failure == nil { await withCheckedContinuation { sender = $0 } }
        if let failure { throw failure }
        chunks.append(chunk)
        wake(&receiver)
    }

    /// Nothing comes any more.
    func finish() {
        isFinished = true
        wake(&receiver)
    }

    /// The receiver has ended: whoever sends is told.
    func fail(_ error: any Error) {
        failure = error
        wake(&sender)
    }

    /// Nil after the last one.
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
