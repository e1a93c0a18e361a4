import CRdkafka

extension KafkaConsumer {
    /// Joins the group for these topics, instead of those before.
    package func subscribe(to topics: [String]) throws(KafkaError) {
        let client = try slot.get("rd_kafka_subscribe")
        let list = PartitionList(topics: topics)
        try client.check("rd_kafka_subscribe", rd_kafka_subscribe(client.handle, list.raw))
    }

    /// Reads these partitions, each from its offset, instead of those before: the answer to `.assigned`, even when it
    /// gave none, or what a consumer without a group begins with.
    package func assign(_ offsets: [TopicPartition: Int64]) throws(KafkaError) {
        let client = try slot.get("rd_kafka_assign")
        let list = PartitionList(offsets)
        try client.check("rd_kafka_assign", rd_kafka_assign(client.handle, list.raw))
    }

    /// Reads nothing any more: the answer to `.revoked`. The group waits for it.
    package func unassign() throws(KafkaError) {
        let client = try slot.get("rd_kafka_assign")
        try client.check("rd_kafka_assign", rd_kafka_assign(client.handle, nil))
    }

    /// Reads nothing more of these for now; `resume` goes on after the last record that `next` gave.
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
