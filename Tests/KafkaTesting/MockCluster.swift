import CRdkafkaMock

/// librdkafka's mock cluster in this process, whose faults a test decides.
package final class MockCluster: @unchecked Sendable {
    private let instance: OpaquePointer
    private let cluster: OpaquePointer
    package let brokers: String

    /// One broker, which makes topics of four partitions by itself.
    package init() throws {
        guard let instance = rd_kafka_new(RD_KAFKA_PRODUCER, nil, nil, 0) else { throw NoCluster() }
        guard let cluster = rd_kafka_mock_cluster_new(instance, 1) else {
            rd_kafka_destroy(instance)
            throw NoCluster()
        }
        self.instance = instance
        self.cluster = cluster
        brokers = String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
    }

    deinit {
        rd_kafka_mock_cluster_destroy(cluster)
        rd_kafka_destroy(instance)
    }

    package func makeTopic(_ name: String, partitions: Int32) {
        rd_kafka_mock_topic_create(cluster, name, partitions, 1)
    }

    package func goDown() { rd_kafka_mock_broker_set_down(cluster, 1) }
    package func comeUp() { rd_kafka_mock_broker_set_up(cluster, 1) }

    /// Every answer comes this much later.
    package func delayAnswers(milliseconds: Int32) { rd_kafka_mock_broker_set_rtt(cluster, 1, milliseconds) }

    /// The next record sent is refused in a way that an idempotent producer cannot go on from.
    package func refuseNextRecordForGood() {
        var errors = [RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER]
        rd_kafka_mock_push_request_errors_array(cluster, 0, errors.count, &errors)
    }
}

struct NoCluster: Error {}
