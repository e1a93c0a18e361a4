/// The part of a streamed response's body that its producer has written and libmicrohttpd has not fetched. For the
/// loop's thread only.
struct ResponseBodyBuffer {
    typealias Room = Result<Void, CancellationError>

    /// The number of bytes that may wait to be sent; the producer waits while there are more.
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

    /// Copies as much as fits into `buffer`, and resumes the producer when there is room again. Returns how much it
    /// was.
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

    /// The client is gone, or the response has ended without the rest.
    mutating func abandon() {
        state = .failed
        (waiting, waitingBytes) = ([], 0)
        cancelWait()
    }
}
