import CRdkafka

/// A list of headers as librdkafka keeps it, until a record takes it over.
struct HeaderList: ~Copyable {
    let raw: OpaquePointer

    init(_ headers: [KafkaHeader]) throws(KafkaError) {
        raw = rd_kafka_headers_new(headers.count)
        for header in headers {
            var name = header.name
            let status = name.withUTF8 { name in
                // A null pointer is a null value, and an empty value needs a pointer.
                withBytes(of: header.value) { value, size in
                    name.withMemoryRebound(to: CChar.self) {
                        rd_kafka_header_add(raw, $0.baseAddress, $0.count, value, size)
                    }
                }
            }
            try KafkaError.check("rd_kafka_header_add", status)
        }
    }

    deinit { rd_kafka_headers_destroy(raw) }

    /// Leaves the list to the record, which owns it from then on.
    consuming func handOver() { discard self }
}

/// Calls `body` with a pointer to the bytes and their count: a null pointer for nil, and a pointer even for an empty
/// array.
func withBytes<Result>(of bytes: [UInt8]?, _ body: (UnsafeRawPointer?, Int) -> Result) -> Result {
    guard let bytes else { return body(nil, 0) }
    guard !bytes.isEmpty else {
        var nothing: UInt8 = 0
        return body(&nothing, 0)
    }
    return bytes.withUnsafeBytes { body($0.baseAddress, $0.count) }
}
