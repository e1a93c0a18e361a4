import EventLoop

extension KafkaConfiguration {
    /// The properties that all clients share. Reconnecting waits only briefly, because a person may be waiting.
    var commonProperties: [String: String] {
        [
            "bootstrap.servers": brokers,
            "client.id": clientID,
            "reconnect.backoff.ms": "50",
            "reconnect.backoff.max.ms": "1000",
            "socket.connection.setup.timeout.ms": "5000",
            "socket.nagle.disable": "true",
            "socket.keepalive.enable": "true",
            // The push of metrics to brokers (KIP-714) is ended when a client is destroyed. The signal of its end may
            // come before the wait for it, which then takes a second, even if no broker has asked for metrics.
            "enable.metrics.push": "false",
        ]
    }

    func producerProperties(_ bounds: KafkaProducer.Bounds) -> [String: String] {
        var properties = commonProperties.overridden(by: [
            "acks": "all",
            "enable.idempotence": "true",
            "compression.type": "lz4",
            "linger.ms": "0",
            "message.timeout.ms": "\(bounds.deliveryTimeout.wholeMilliseconds)",
            "queue.buffering.max.messages": "\(bounds.queuedMessages)",
            "queue.buffering.max.kbytes": "\(max(bounds.queuedBytes / 1024, 1))",
        ])
        // The mock cluster does not check sequence numbers. With one request in flight, a retry keeps the order.
        if isEmbeddedBroker { properties["max.in.flight.requests.per.connection"] = "1" }
        return properties.overridden(by: extra)
    }

    func consumerProperties(group: String?, instanceID: String?, reportsEnds: Bool = false) -> [String: String] {
        var properties = commonProperties.overridden(by: [
            // librdkafka requires a group even for a consumer that only assigns, and does not use it then.
            "group.id": group ?? "\(clientID)-without-a-group",
            "partition.assignment.strategy": "range",
            "session.timeout.ms": "10000",
            "heartbeat.interval.ms": "2000",
            "auto.offset.reset": "error",
            "enable.auto.commit": "false",
            "enable.auto.offset.store": "false",
            "isolation.level": "read_committed",
            // The bound of the local queue, and the delay before fetching again once it was full (a second by default).
            "queued.max.messages.kbytes": "16384",
            "fetch.queue.backoff.ms": "10",
            // librdkafka has one fetch in flight to a broker. The first fetch after an assignment often asks for one
            // partition only; if that has no records, the records of all others wait for this time.
            "fetch.wait.max.ms": "100",
            // Statistics are events on the consumer's queue, which make the loop poll. Otherwise an idle consumer,
            // which waits on its descriptor, would be removed from its group after `max.poll.interval.ms`.
            "statistics.interval.ms": "60000",
        ])
        if let instanceID { properties["group.instance.id"] = instanceID }
        if reportsEnds { properties["enable.partition.eof"] = "true" }
        if isEmbeddedBroker {
            // The mock cluster holds an empty fetch until its timeout, and a rebalance for a second less than the
            // session timeout.
            properties["fetch.wait.max.ms"] = "10"
            properties["session.timeout.ms"] = "4000"
            properties["heartbeat.interval.ms"] = "300"
        }
        return properties.overridden(by: extra)
    }

    var adminProperties: [String: String] { commonProperties.overridden(by: extra) }
}

extension [String: String] {
    func overridden(by other: [String: String]) -> [String: String] { merging(other) { _, new in new } }
}
