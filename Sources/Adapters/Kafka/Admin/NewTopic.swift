/// A topic to be created.
package struct NewTopic: Sendable {
    package var name: String
    package var partitions: Int
    package var replicationFactor: Int
    package var configuration: [String: String]

    package init(name: String, partitions: Int, replicationFactor: Int, configuration: [String: String] = [:]) {
        self.name = name
        self.partitions = partitions
        self.replicationFactor = replicationFactor
        self.configuration = configuration
    }
}
