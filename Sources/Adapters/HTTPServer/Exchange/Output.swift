/// A streamed response's body between its producer and libmicrohttpd, which fetches it. Loop's thread only.
struct Output {
    typealias Room = Result<Void, CancellationError>

    /// What may wait to be sent before the producer waits too.
    static let capacity = 64 * 1024

    enum State { case open, ended, failed }

    private(set) var state = State.open
    private var waiting: [ArraySlice<UInt8>] = []
    private var waitingBytes = 0
    private var writer: CheckedContinuation<Room, Never>?

    var isEmpty: Bool { waitingBytes == 0 }
    var isFull: Bool { waitingBytes >= Self.capacity }

    mutating func put(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        waiting.append(bytes[...])
        waitingBytes += bytes.count
    }

    /// Copies as much as fits, and lets the producer go on when there is room again.
    mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        var filled = 0
        while filled < buffer.count, let first = waiting.first {
            let piece = first.prefix(buffer.count - filled)
            piece.withUnsafeBytes { buffer[filled...].copyBytes(from: $0) }
            filled += piece.count
            if piece.count == first.count {
                waiting.removeFirst()
            } else {
                waiting[0] = first.dropFirst(piece.count)
            }
        }
        waitingBytes -= filled
        if !isFull {
            writer?.resume(returning: .success(()))
            writer = nil
        }
        return filled
    }

    mutating func wait(_ continuation: CheckedContinuation<Room, Never>) {
        writer?.resume(returning: .failure(CancellationError()))
        writer = continuation
    }

    mutating func cancelWait() {
        writer?.resume(returning: .failure(CancellationError()))
        writer = nil
    }

    mutating func end(_ state: State) {
        if self.state == .open { self.state = state }
    }

    /// Nobody reads any more.
    mutating func abandon() {
        state = .failed
        (waiting, waitingBytes) = ([], 0)
        cancelWait()
    }
}
