/// A header of a record. Names may repeat, and a null value differs from an empty one.
package struct KafkaHeader: Hashable, Sendable {
    package let name: String
    package let value: [UInt8]?

    package init(name: String, value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    package init(name: String, text: String) {
        self.init(name: name, value: Array(text.utf8))
    }
}
