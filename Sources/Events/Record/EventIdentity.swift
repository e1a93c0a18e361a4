/// The identity of one event. The same fact has the same id, however often it is appended.
package struct EventID: Hashable, Sendable, CustomStringConvertible {
    package let text: String
    package init(_ text: String) { self.text = text }
    package var description: String { text }
}

/// The identity of one command; a command that is sent twice takes effect once.
package struct CommandID: Hashable, Sendable, CustomStringConvertible {
    package let text: String
    package init(_ text: String) { self.text = text }
    package var description: String { text }
}

extension CommandID {
    /// Stands for the command of an event that names none: an event with the same source and id is the same event
    /// (CloudEvents 1.0.2, section 3.1.1). `entity` is the key of the event's record.
    package init(standingFor event: EventID, from source: String, of entity: String) {
        self.init("event:\(entity):\(source):\(event.text)")
    }
}

/// The identity of one image of a product, made of the event that asked for it and the index in that event's list.
/// Every reader of the log derives the same id, and an image that is removed and added again is another image.
package struct ImageID: Hashable, Sendable, CustomStringConvertible {
    package let text: String
    package init(_ text: String) { self.text = text }
    package init(askedBy event: EventID, at index: Int) { text = "\(event.text)-\(index)" }
    package var description: String { text }
}
