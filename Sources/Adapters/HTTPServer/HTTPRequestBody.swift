/// The reason why a body could not be read.
package enum HTTPBodyError: Error, Equatable, CustomStringConvertible {
    /// The body is longer than `limit`, by its declared or its counted length.
    case tooLarge(limit: Int)
    /// The client went away or was too slow before the end of the body.
    case connectionLost
    /// The reading task was cancelled.
    case cancelled

    package var description: String {
        switch self {
        case .tooLarge(let limit): "the request body is larger than \(limit) bytes"
        case .connectionLost: "the connection was lost before the end of the request body"
        case .cancelled: "reading the request body was cancelled"
        }
    }
}

/// A request's body, which can be read once, piece by piece as it comes.
///
/// The server reads no more than a bounded buffer ahead of the handler. A handler that responds before the end refuses
/// the rest: the server throws it away if it is small, and otherwise closes the connection after the response.
package struct HTTPRequestBody: Sendable, AsyncSequence {
    package typealias Element = [UInt8]
    package typealias Failure = HTTPBodyError

    enum Source: Sendable {
        case bytes([UInt8])
        case exchange(Exchange)
    }

    /// The length that the client declared. Nil when it sends chunks.
    package let declaredLength: Int?
    let source: Source

    init(declaredLength: Int?, source: Source) {
        self.declaredLength = declaredLength
        self.source = source
    }

    /// Makes a body from bytes.
    package init(_ bytes: [UInt8]) { self.init(declaredLength: bytes.count, source: .bytes(bytes)) }

    /// Returns the whole body, or throws `tooLarge` as soon as it is known to be longer than `limit`.
    package func collect(upTo limit: Int) async throws(HTTPBodyError) -> [UInt8] {
        if let declaredLength, declaredLength > limit { throw .tooLarge(limit: limit) }
        if case .bytes(let bytes) = source {
            guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
            return bytes
        }
        var whole: [UInt8] = []
        whole.reserveCapacity(declaredLength ?? 0)
        var iterator = makeAsyncIterator()
        while let chunk = try await iterator.next(isolation: nil) {
            guard chunk.count <= limit - whole.count else { throw .tooLarge(limit: limit) }
            whole += chunk
        }
        return whole
    }

    package func makeAsyncIterator() -> Iterator { Iterator(source: source) }

    package struct Iterator: AsyncIteratorProtocol {
        private var source: Source

        init(source: Source) { self.source = source }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(HTTPBodyError) -> [UInt8]? {
            switch source {
            case .bytes(let bytes):
                source = .bytes([])
                return bytes.isEmpty ? nil : bytes
            case .exchange(let exchange):
                return try await exchange.nextChunk()
            }
        }

        package mutating func next() async throws(HTTPBodyError) -> [UInt8]? { try await next(isolation: nil) }
    }
}
