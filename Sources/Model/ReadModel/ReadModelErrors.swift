import Kafka

/// A batch has records of a partition that is not ours.
struct NotOwned: Error, CustomStringConvertible {
    let partition: TopicPartition
    var description: String { "\(partition) was folded, but this process does not own it" }
}

/// A transaction gave another number of results than it has statements.
struct UnexpectedResults: Error, CustomStringConvertible {
    let expected: Int
    let found: Int
    var description: String { "a transaction of \(expected) queries gave \(found) results" }
}

/// The live read model has tables that this program does not know.
package struct UnknownDefinition: Error, CustomStringConvertible {
    package let found: Int
    package var description: String {
        "the live read model has definition \(found) and this program writes \(ReadModel.definition): "
            + "run `warelog rebuild` with the newer program, or start the matching program"
    }
}
