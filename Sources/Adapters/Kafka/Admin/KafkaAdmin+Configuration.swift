import CRdkafka

extension KafkaAdmin {
    /// Returns the configuration of each topic, including defaults. Settings whose value Kafka does not reveal are
    /// missing.
    package func topicConfiguration(_ topics: [String]) async throws(KafkaError) -> [String: [String: String]] {
        guard !topics.isEmpty else { return [:] }
        let call = "rd_kafka_DescribeConfigs"
        let client = try slot.get(call)
        let event = try await request(call, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, client) { options, queue in
            var resources = topics.map { rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, $0) }
            defer { rd_kafka_ConfigResource_destroy_array(&resources, resources.count) }
            rd_kafka_DescribeConfigs(client.handle, &resources, resources.count, options, queue)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
        var count = 0
        let found = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.raw), &count)
        var configurations: [String: [String: String]] = [:]
        for resource in UnsafeBufferPointer(start: found, count: count) {
            guard let resource, let cName = rd_kafka_ConfigResource_name(resource) else { continue }
            let name = String(cString: cName)
            let status = rd_kafka_ConfigResource_error(resource)
            guard status == RD_KAFKA_RESP_ERR_NO_ERROR else {
                let reason = rd_kafka_ConfigResource_error_string(resource).map { String(cString: $0) } ?? ""
                throw KafkaError(call: call, status, text: "\(name): \(reason)")
            }
            configurations[name] = entries(resource)
        }
        return configurations
    }

    private func entries(_ resource: OpaquePointer) -> [String: String] {
        var count = 0
        let found = rd_kafka_ConfigResource_configs(resource, &count)
        var entries: [String: String] = [:]
        for entry in UnsafeBufferPointer(start: found, count: count) {
            guard let entry, let name = rd_kafka_ConfigEntry_name(entry), let value = rd_kafka_ConfigEntry_value(entry)
            else { continue }
            entries[String(cString: name)] = String(cString: value)
        }
        return entries
    }
}
