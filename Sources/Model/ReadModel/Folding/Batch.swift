package import EventLog
import Events
package import Kafka

/// A batch of records on its way through the fold: it names the state that it needs, and then the rows that it changes.
package struct Batch {
    /// The result of parsing a record.
    private enum Item {
        /// An event, and the command that it is entered under in the ledger.
        case event(LogRecord, CommandID?)
        /// This version does not know the record's type.
        case unknown
        case poison(String)
    }

    package let records: [KafkaRecord]
    /// One item for each record, in the same order.
    private let items: [Item]
    package private(set) var changes = ReadModelChanges()
    /// The number of records passed over: their type is unknown here, or an operator discarded them.
    package private(set) var skipped = 0
    package private(set) var voided = 0

    /// Parses the records. `counts` are the partition counts of the log's topics. With `poison`, every record is put
    /// into quarantine for that reason, whatever it holds. `ends` are the offsets that partitions have reached after
    /// the records.
    package init(
        _ records: [KafkaRecord], of counts: PartitionCounts, endingAt ends: [TopicPartition: Int64] = [:],
        poison: String? = nil
    ) {
        self.records = records
        changes.checkpoints = ends
        items = records.map { record in
            if let poison { return .poison(poison) }
            do throws(EventFault) {
                let cloudEvent = try CloudEvent(record)
                let event = try LogRecord(cloudEvent, of: record)
                if let fault = event.idFault { return .poison(fault) }
                // Each partition is folded without a look at the others, so an entity in two partitions would depend on
                // which of them is read faster.
                guard event.isAtHome(in: counts) else {
                    return .poison("it is in another partition than that of its id")
                }
                return .event(event, event.ledgerCommand(from: cloudEvent.source))
            } catch {
                if case .unknownType = error { return .unknown }
                return .poison("\(error)")
            }
        }
    }

    /// The state that has to be loaded before the batch can be folded.
    package var required: RequiredState {
        var required = RequiredState()
        for (record, item) in zip(records, items) {
            required.add(record)
            if case .event(let event, let command) = item { required.add(event, command, record.topicPartition) }
        }
        return required
    }

    /// Folds every record, in the order of the log.
    package mutating func fold(_ state: LoadedState) {
        var fold = BatchFold(state, expecting: records.count)
        for (record, item) in zip(records, items) {
            if !state.discarded.isEmpty, state.discarded.contains(RecordPosition(record)) {
                skipped += 1
            } else if fold.hasQuarantine, fold.isQuarantined(EntityKey(record)) {
                // The entity's later records wait behind the one that could not be folded.
                if case .unknown = item {
                    skipped += 1
                } else {
                    changes.quarantined.append(.init(record: record, reason: "behind a quarantined record"))
                }
            } else {
                switch item {
                case .event(.product(let recorded), let command): fold.fold(recorded, command)
                case .event(.user(let recorded), let command): fold.fold(recorded, command)
                case .unknown: skipped += 1
                case .poison(let reason):
                    fold.quarantine(EntityKey(record))
                    changes.quarantined.append(.init(record: record, reason: reason))
                }
            }
            changes.advance(past: record)
        }
        changes.take(fold)
        voided = fold.voided
    }
}
