/// The protocol on the pipes of `warelog-image-worker`.
///
/// A frame consists of a 4-byte magic, the lengths of header and payload as little-endian UInt32, the header and the
/// payload. The worker first sends that it is ready; then it answers each request with one response, in order. It exits
/// with status 0 at the end of its input and with status 2 after a malformed frame.
package enum WorkerProtocol {
    static let prefixLength = 12
    static let maxHeaderLength = 4096
    /// The longest payload, whatever the recipe allows.
    package static let maxPayloadLength = 256 << 20

    static let requestMagic = Array("WLQ1".utf8)
    static let responseMagic = Array("WLR1".utf8)

    static func frame(_ magic: [UInt8], header: [UInt8], payload: [UInt8]) -> [UInt8] {
        var writer = FrameWriter()
        writer.write(UInt32(header.count))
        writer.write(UInt32(payload.count))
        var frame: [UInt8] = []
        frame.reserveCapacity(Self.prefixLength + header.count + payload.count)
        frame += magic
        frame += writer.bytes
        frame += header
        frame += payload
        return frame
    }

    /// The lengths of the header and of the payload.
    static func lengths(
        _ prefix: ArraySlice<UInt8>, magic: [UInt8]
    ) throws(FrameError) -> (header: Int, payload: Int) {
        guard prefix.starts(with: magic) else { throw .malformed("an unknown magic") }
        var reader = FrameReader(prefix.dropFirst(magic.count))
        let header = Int(try reader.read(UInt32.self))
        let payload = Int(try reader.read(UInt32.self))
        guard header <= Self.maxHeaderLength else { throw .tooLong(limit: Self.maxHeaderLength, value: header) }
        guard payload <= Self.maxPayloadLength else { throw .tooLong(limit: Self.maxPayloadLength, value: payload) }
        return (header, payload)
    }
}
