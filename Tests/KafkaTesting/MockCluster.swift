import CRdkafkaMock
import Glibc

/// librdkafka's mock cluster in this process, whose faults a test decides.
package final class MockCluster: @unchecked Sendable {
    private let instance: OpaquePointer
    private let cluster: OpaquePointer
    package let brokers: String
    private var reserved: CInt = -1

    /// One broker, which creates topics of four partitions automatically.
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
        if reserved >= 0 { close(reserved) }
    }

    package func makeTopic(_ name: String, partitions: Int32) {
        rd_kafka_mock_topic_create(cluster, name, partitions, 1)
    }

    /// Makes the broker stop listening. The test keeps its port: if another socket took it meanwhile, which happens on
    /// a busy machine, librdkafka would abort the process when the broker comes up.
    package func goDown() {
        rd_kafka_mock_broker_set_down(cluster, 1)
        if reserved < 0 { reserved = Self.bind(port) }
        Self.share(reserved, false)
    }

    package func comeUp() {
        if reserved >= 0 { Self.share(reserved, true) }
        rd_kafka_mock_broker_set_up(cluster, 1)
    }

    private var port: UInt16 { brokers.split(separator: ":").last.flatMap { UInt16($0) } ?? 0 }

    /// Sets whether another socket may be bound to the same port.
    private static func share(_ descriptor: CInt, _ isShared: Bool) {
        var value: CInt = isShared ? 1 : 0
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    /// A bound socket that does not listen, so that connections are refused. Its port is shared, because connections of
    /// the broker that have just ended have it as well.
    private static func bind(_ port: UInt16) -> CInt {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        share(descriptor, true)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        precondition(status == 0, "the port of the mock broker is taken: errno \(errno)")
        return descriptor
    }

    /// Delays every answer by this time.
    package func delayAnswers(milliseconds: Int32) { rd_kafka_mock_broker_set_rtt(cluster, 1, milliseconds) }

    /// Makes the broker refuse the next record in a way from which an idempotent producer cannot recover.
    package func refuseNextRecordForGood() {
        var errors = [RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER]
        rd_kafka_mock_push_request_errors_array(cluster, 0, errors.count, &errors)
    }
}

struct NoCluster: Error {}
