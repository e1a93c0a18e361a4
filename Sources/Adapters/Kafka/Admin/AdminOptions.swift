import CRdkafka
import EventLoop

/// The timeout and the opaque pointer of one admin request.
struct AdminOptions: ~Copyable {
    let raw: OpaquePointer

    init(_ handle: OpaquePointer, _ operation: rd_kafka_admin_op_t, timeout: Duration, opaque: UnsafeMutableRawPointer)
    {
        raw = rd_kafka_AdminOptions_new(handle, operation)
        // Fails only for a value out of range; librdkafka's own timeout of a minute applies then.
        _ = rd_kafka_AdminOptions_set_request_timeout(raw, Int32(clamping: timeout.wholeMilliseconds), nil, 0)
        rd_kafka_AdminOptions_set_opaque(raw, opaque)
    }

    deinit { rd_kafka_AdminOptions_destroy(raw) }
}
