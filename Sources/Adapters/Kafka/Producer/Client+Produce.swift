import CRdkafka
import Synchronization

extension Client {
    /// Passes a record to librdkafka. If this throws, the record was not accepted and `pending` gets no delivery
    /// report.
    func produce(
        _ topic: String, _ partition: Int32, _ key: [UInt8], _ value: [UInt8]?, _ headers: consuming HeaderList,
        _ timestamp: Int64?, _ pending: PendingSend
    ) throws(KafkaError) {
        // Released by the delivery report, or below if librdkafka refuses the record.
        let retained = Unmanaged.passRetained(pending)
        inbox.undelivered.add(1, ordering: .acquiringAndReleasing)
        let rawHeaders = headers.raw
        let status = withBytes(of: key) { key, keySize in
            withBytes(of: value) { value, valueSize in
                // A timestamp of 0 means the time of the call.
                crdkafka_produce(
                    handle, topic, partition, key, keySize, value, valueSize, rawHeaders, timestamp ?? 0,
                    retained.toOpaque())
            }
        }
        guard status == RD_KAFKA_RESP_ERR_NO_ERROR else {
            inbox.undelivered.subtract(1, ordering: .acquiringAndReleasing)
            retained.release()
            throw error("rd_kafka_producev", status)
        }
        headers.handOver()
    }
}
