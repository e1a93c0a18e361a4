package import EventLog
package import Events
package import Kafka

/// A command in its partition, in which it takes effect once: writers put all events of a command into one partition.
package struct CommandKey: Hashable {
    private let isOfUsers: Bool
    private let partition: Int32
    package let id: CommandID

    package init(_ topic: Topic, _ partition: Int32, _ id: CommandID) {
        isOfUsers = topic == .users
        self.partition = partition
        self.id = id
    }

    package init(_ partition: TopicPartition, _ id: CommandID) {
        isOfUsers = partition.topic == Topic.users.name
        self.partition = partition.partition
        self.id = id
    }
}
