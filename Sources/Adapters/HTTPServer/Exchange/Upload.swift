/// A request's body between libmicrohttpd, which brings it, and the handler, which takes it. Loop's thread only.
struct Upload {
    typealias Piece = Result<[UInt8]?, HTTPBodyError>

    /// What may wait for the handler.
    static let capacity = 64 * 1024

    /// Body bytes so far, taken or not.
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

    /// Appends to the one piece that a short body is.
    mutating func collect(_ bytes: UnsafeRawBufferPointer) {
        if waiting.isEmpty { waiting.append([]) }
        waiting[0].append(contentsOf: bytes)
        received += bytes.count
        waitingBytes += bytes.count
    }

    /// Everything collected.
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

    /// The next piece, nil when one must be waited for.
    mutating func take() -> Piece? {
        guard let first = waiting.first else { return end }
        waiting.removeFirst()
        waitingBytes -= first.count
        return .success(first)
    }

    mutating func wait(_ continuation: CheckedContinuation<Piece, Never>) {
        // A second reader at the same time is a mistake in the handler, but no reason to leave the first one hanging.
        taker?.resume(returning: .failure(.cancelled))
        taker = continuation
    }

    /// Nothing more comes after what is waiting.
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
