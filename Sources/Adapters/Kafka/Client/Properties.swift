import CRdkafka
import Synchronization

/// A configuration of librdkafka, until an instance takes it over.
struct Properties: ~Copyable {
    private let raw: OpaquePointer

    /// Sets `properties` and the callbacks that every client has. `inbox` is the callbacks' opaque pointer.
    init(_ properties: [String: String], inbox: Inbox) throws(KafkaError) {
        raw = rd_kafka_conf_new()
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            var reason = [CChar](repeating: 0, count: 512)
            guard rd_kafka_conf_set(raw, name, value, &reason, reason.count) == RD_KAFKA_CONF_OK else {
                throw KafkaError(call: "rd_kafka_conf_set", RD_KAFKA_RESP_ERR__INVALID_ARG, text: text(reason))
            }
        }
        rd_kafka_conf_set_opaque(raw, Unmanaged.passUnretained(inbox).toOpaque())
        rd_kafka_conf_set_log_cb(raw) { rk, level, facility, message in
            guard let rk, let facility, let message, let opaque = rd_kafka_opaque(rk) else { return }
            Inbox.of(opaque).onLog(Int(level), String(cString: facility), String(cString: message))
        }
    }

    deinit { rd_kafka_conf_destroy(raw) }

    /// Puts errors that belong to no request into the inbox. Without this, librdkafka logs them.
    borrowing func collectErrors() {
        rd_kafka_conf_set_error_cb(raw) { rk, code, reason, opaque in
            guard let rk, let opaque else { return }
            let error = rd_kafka_resp_err_t(rawValue: code)
            Inbox.of(opaque).put(
                error == RD_KAFKA_RESP_ERR__FATAL
                    ? .fatal(of: rk, call: "error_cb")
                    : KafkaError(call: "error_cb", error, text: reason.map { String(cString: $0) }))
        }
    }

    borrowing func collectDeliveryReports() {
        rd_kafka_conf_set_dr_msg_cb(raw) { _, message, opaque in
            guard let message, let opaque else { return }
            PendingSend.finish(message, Inbox.of(opaque))
        }
    }

    borrowing func collectRebalances() {
        rd_kafka_conf_set_rebalance_cb(raw) { rk, error, partitions, opaque in
            guard let rk, let partitions, let opaque else { return }
            let inbox = Inbox.of(opaque)
            guard !inbox.isClosing.load(ordering: .acquiring) else {
                rd_kafka_assign(rk, nil)  // if it fails, the group removes the member
                return
            }
            inbox.put(
                Inbox.Rebalance(
                    isAssignment: error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS,
                    partitions: PartitionList.read(partitions).map(\.topicPartition),
                    isLost: rd_kafka_assignment_lost(rk) != 0))
        }
        // The statistics only wake the loop. Without this callback, librdkafka would log them.
        rd_kafka_conf_set_stats_cb(raw) { _, _, _, _ in 0 }
    }

    /// Makes an instance, which owns the properties from then on.
    consuming func makeInstance(_ type: rd_kafka_type_t) throws(KafkaError) -> OpaquePointer {
        var reason = [CChar](repeating: 0, count: 512)
        // "the conf object is freed by this function on success", and is the caller's on failure.
        guard let handle = rd_kafka_new(type, raw, &reason, reason.count) else {
            let error = KafkaError(call: "rd_kafka_new", rd_kafka_last_error(), text: text(reason))
            _ = consume self
            throw error
        }
        discard self
        return handle
    }
}

/// The text that librdkafka wrote into a buffer for the reason of an error.
func text(_ reason: [CChar]) -> String {
    reason.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
}
