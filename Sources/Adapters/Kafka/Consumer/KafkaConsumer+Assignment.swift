import CRdkafka

extension KafkaConsumer {
    /// Joins the group for these topics, in place of the topics before.
    package func subscribe(to topics: [String]) throws(KafkaError) {
        let client = try slot.get("rd_kafka_subscribe")
        let list = PartitionList(topics: topics)
        try client.check("rd_kafka_subscribe", rd_kafka_subscribe(client.handle, list.raw))
    }

    /// Reads these partitions from now on, each from its offset, in place of the partitions before. It is the answer to
    /// `.assigned`, even for no partitions, and the first call on a consumer without a group.
    package func assign(_ offsets: [TopicPartition: Int64]) throws(KafkaError) {
        let client = try slot.get("rd_kafka_assign")
        let list = PartitionList(offsets)
        try client.check("rd_kafka_assign", rd_kafka_assign(client.handle, list.raw))
    }

    /// Stops reading all partitions. It is the answer to `.revoked`, for which the group waits.
    package func unassign() throws(KafkaError) {
        let client = try slot.get("rd_kafka_assign")
        try client.check("rd_kafka_assign", rd_kafka_assign(client.handle, nil))
    }

    /// Stops reading these partitions until `resume`, which continues after the last record that `next` returned.
    package func pause(_ partitions: [TopicPartition]) throws(KafkaError) {
        let client = try slot.get("rd_kafka_pause_partitions")
        let list = PartitionList(partitions)
        try client.check("rd_kafka_pause_partitions", rd_kafka_pause_partitions(client.handle, list.raw))
        try list.check("rd_kafka_pause_partitions")
    }

    package func resume(_ partitions: [TopicPartition]) throws(KafkaError) {
        let client = try slot.get("rd_kafka_resume_partitions")
        let list = PartitionList(partitions)
        try client.check("rd_kafka_resume_partitions", rd_kafka_resume_partitions(client.handle, list.raw))
        try list.check("rd_kafka_resume_partitions")
    }
}
