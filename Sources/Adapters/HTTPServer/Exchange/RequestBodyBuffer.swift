/// The part of a request's body that libmicrohttpd has brought and the handler has not taken. For the loop's thread
/// only.
struct RequestBodyBuffer {
    typealias Piece = Result<[UInt8]?, HTTPBodyError>

    /// The number of bytes that may wait for the handler.
    static let capacity = 64 * 1024

    /// The number of bytes that have come so far, whether taken or not.
    private(set) var received = 0
    private var waiting: [[UInt8]] = []
    private var waitingBytes = 0
    private var end: Piece?
    private var taker: CheckedContinuation<Piece, Never>?

    var isFull: Bool { waitingBytes >= Self.capacity }
    var isOver: Bool { end != nil }

    mutating func reserve(_ count: Int) {
        guard count > 0 else { return }
        waiting = [[]]
        waiting[0].reserveCapacity(count)
    }

    /// Appends to a short body, which is kept as one piece.
    mutating func collect(_ bytes: UnsafeRawBufferPointer) {
        if waiting.isEmpty { waiting.append([]) }
        waiting[0].append(contentsOf: bytes)
        received += bytes.count
        waitingBytes += bytes.count
    }

    /// Takes everything that was collected.
    mutating func takeAll() -> [UInt8] {
        defer { (waiting, waitingBytes) = ([], 0) }
        return waiting.first ?? []
    }

    mutating func put(_ bytes: UnsafeRawBufferPointer) {
        received += bytes.count
        if let taker {
            self.taker = nil
            taker.resume(returning: .success(Array(bytes)))
        } else {
            waiting.append(Array(bytes))
            waitingBytes += bytes.count
        }
    }

    /// Takes the next piece; nil when there is none yet.
    mutating func take() -> Piece? {
        guard let first = waiting.first else { return end }
        waiting.removeFirst()
        waitingBytes -= first.count
        return .success(first)
    }

    mutating func wait(_ continuation: CheckedContinuation<Piece, Never>) {
        // Two readers at a time are a mistake in the handler, but the first must not wait for ever because of it.
        taker?.resume(returning: .failure(.cancelled))
        taker = continuation
    }

    /// Nothing more comes after the pieces that wait.
    mutating func finish(_ end: Piece) {
        guard self.end == nil else { return }
        self.end = end
        taker?.resume(returning: end)
        taker = nil
    }

    mutating func cancelWait() {
        taker?.resume(returning: .failure(.cancelled))
        taker = nil
    }
}
