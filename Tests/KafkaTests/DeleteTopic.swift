import CRdkafkaMock

/// Blocks until the broker has deleted the topic, which the module under test never does.
func deleteTopic(_ name: String, brokers: String) {
    let properties = rd_kafka_conf_new()
    rd_kafka_conf_set(properties, "bootstrap.servers", brokers, nil, 0)
    let instance = rd_kafka_new(RD_KAFKA_PRODUCER, properties, nil, 0)
    let queue = rd_kafka_queue_new(instance)
    var topics = [rd_kafka_DeleteTopic_new(name)]
    rd_kafka_DeleteTopics(instance, &topics, 1, nil, queue)
    rd_kafka_event_destroy(rd_kafka_queue_poll(queue, 30_000))
    rd_kafka_DeleteTopic_destroy(topics[0])
    rd_kafka_queue_destroy(queue)
    rd_kafka_destroy(instance)
}
