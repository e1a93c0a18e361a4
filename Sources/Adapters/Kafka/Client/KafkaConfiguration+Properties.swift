import EventLoop

extension KafkaConfiguration {
    /// The properties that all clients share. Waits for a broker that is away are short: a person may be waiting.
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
        // The mock cluster does not check sequence numbers: with one request in flight a retry keeps the order.
        if isEmbeddedBroker { properties["max.in.flight.requests.per.connection"] = "1" }
        return properties.overridden(by: extra)
    }

    func consumerProperties(group: String?, instanceID: String?, reportsEnds: Bool = false) -> [String: String] {
        var properties = commonProperties.overridden(by: [
            // librdkafka wants a group even from a consumer that only assigns; it is used for nothing then.
            "group.id": group ?? "\(clientID)-without-a-group",
            "partition.assignment.strategy": "range",
            "session.timeout.ms": "10000",
            "heartbeat.interval.ms": "2000",
            "auto.offset.reset": "error",
            "enable.auto.commit": "false",
            "enable.auto.offset.store": "false",
            "isolation.level": "read_committed",
            // The bound of the local queue, and how soon to fetch again when it was reached (the default is a second).
            "queued.max.messages.kbytes": "16384",
            "fetch.queue.backoff.ms": "10",
            // librdkafka has one fetch at a time on its way to a broker. The first one after an assignment often asks
            // for one partition alone; if that has nothing, the records of all others wait for so long.
            "fetch.wait.max.ms": "100",
            // Each of these is an event on the consumer's queue, which makes the loop poll: an idle consumer that waits
            // on its descriptor would else be put out of its group after `max.poll.interval.ms`.
            "statistics.interval.ms": "60000",
        ])
        if let instanceID { properties["group.instance.id"] = instanceID }
        if reportsEnds { properties["enable.partition.eof"] = "true" }
        if isEmbeddedBroker {
            // The mock cluster holds an empty fetch to its end, and a rebalance for the session timeout less a second.
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
