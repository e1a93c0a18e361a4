/// Assembles a worker's responses from the pieces that its pipe delivers, which may have any size.
package struct WorkerResponseDecoder: Sendable {
    private var bytes: [UInt8] = []
    private let maxPayloadLength: Int

    /// A payload longer than `maxPayloadLength` is an error, because no rendition is longer than the source.
    package init(maxPayloadLength: Int = WorkerProtocol.maxPayloadLength) {
        self.maxPayloadLength = maxPayloadLength
    }

    package mutating func feed(_ chunk: some Sequence<UInt8>) {
        self.bytes.append(contentsOf: chunk)
    }

    /// Returns the next complete response; nil when more bytes are needed.
    package mutating func next() throws(FrameError) -> WorkerResponse? {
        guard self.bytes.count >= WorkerProtocol.prefixLength else { return nil }
        let lengths = try WorkerProtocol.lengths(
            self.bytes[..<WorkerProtocol.prefixLength], magic: WorkerProtocol.responseMagic)
        guard lengths.payload <= self.maxPayloadLength else {
            throw .tooLong(limit: self.maxPayloadLength, value: lengths.payload)
        }
        let payloadStart = WorkerProtocol.prefixLength + lengths.header
        let end = payloadStart + lengths.payload
        guard self.bytes.count >= end else { return nil }
        defer { self.bytes.removeFirst(end) }
        return try WorkerResponse(
            header: self.bytes[WorkerProtocol.prefixLength..<payloadStart], payload: self.bytes[payloadStart..<end])
    }
}
