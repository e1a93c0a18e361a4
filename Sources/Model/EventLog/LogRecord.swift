package import Events
package import Kafka

/// A record of the log, parsed.
package enum LogRecord: Sendable {
    case product(Recorded<ProductEvent>)
    case user(Recorded<UserEvent>)

    /// Throws when the record is not an event that this version can fold. No record makes it trap.
    package init(_ record: KafkaRecord) throws(EventFault) { try self.init(CloudEvent(record), of: record) }

    package init(_ event: CloudEvent, of record: KafkaRecord) throws(EventFault) {
        let position = LogPosition(partition: record.topicPartition.partition, offset: record.offset)
        if record.topicPartition.topic == Topic.users.name {
            guard let user = try UserEvent(type: event.type, data: event.data) else {
                throw .invalid("ce_type", "is not an event of this topic")
            }
            self = .user(Recorded(user, event.metadata, at: position))
        } else {
            guard let product = try ProductEvent(type: event.type, data: event.data) else {
                throw .invalid("ce_type", "is not an event of this topic")
            }
            self = .product(Recorded(product, event.metadata, at: position))
        }
        guard record.withUnpacked({ $0.key?.elementsEqual(key.utf8) }) == true else {
            throw .invalid("key", "is not the id in the data")
        }
    }

    /// The command under which the event is entered in the ledger. An event that names no command is its own command,
    /// unless it is an answer of the compressor: an image is answered once, whatever the ids of its events are.
    package func ledgerCommand(from source: String) -> CommandID? {
        switch self {
        case .product(let recorded):
            switch recorded.event {
            case .imagesCompressed, .imageCompressionFailed: recorded.metadata.command
            case .created, .updated, .deleted, .imageUploaded, .imageRemoved, .imagesCompressionRequested:
                recorded.metadata.command ?? CommandID(standingFor: recorded.metadata.id, from: source, of: key)
            }
        case .user(let recorded):
            recorded.metadata.command ?? CommandID(standingFor: recorded.metadata.id, from: source, of: key)
        }
    }

    /// The command that the event names.
    package var command: CommandID? {
        switch self {
        case .product(let recorded): recorded.metadata.command
        case .user(let recorded): recorded.metadata.command
        }
    }

    /// The reason why the gateways cannot have chosen the id of the entity; nil when they can.
    package var idFault: String? {
        let (kind, id): (String, Int64) =
            switch self {
            case .product(let recorded): ("product", recorded.event.productID.value)
            case .user(let recorded): ("user", recorded.event.userID.value)
            }
        guard id > ProductID.maximumLeased else { return nil }
        return "the id \(id) is beyond the \(kind) ids that are leased (1 to \(ProductID.maximumLeased))"
    }

    /// Whether the record is in the partition that writers choose for its id.
    package func isAtHome(in counts: PartitionCounts) -> Bool {
        switch self {
        case .product(let recorded):
            recorded.event.productID.partition(of: counts.products) == recorded.position.partition
        case .user(let recorded): recorded.event.userID.partition(of: counts.users) == recorded.position.partition
        }
    }

    private var key: String {
        switch self {
        case .product(let recorded): recorded.event.productID.description
        case .user(let recorded): recorded.event.userID.description
        }
    }
}

extension CloudEvent {
    package init(_ record: KafkaRecord) throws(EventFault) {
        self = try record.withUnpacked { (record) throws(EventFault) in
            var attributes = Attributes()
            try record.forEachHeader { (name, value) throws(EventFault) in try attributes.read(name, value) }
            return try CloudEvent(attributes, data: record.value.map { Array($0) })
        }
    }
}

extension KafkaRecord {
    /// The key as text; bytes that are not UTF-8 are replaced.
    package var keyText: String { String(decoding: key ?? [], as: UTF8.self) }

    /// The id of the command that the record names, whether or not the rest of it can be read.
    package var commandText: String? {
        headers.last { $0.name == CloudEvent.commandHeader }?.value.map { String(decoding: $0, as: UTF8.self) }
    }
}
