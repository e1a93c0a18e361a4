/// The identity of one event; the same for the same fact, however often it is appended.
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

/// One image of one product, named for the event that asked for it and the place in that event's list, so that every
/// reader of the log derives the same name, and an image that is taken away and given again is another image.
package struct ImageID: Hashable, Sendable, CustomStringConvertible {
    package let text: String
    package init(_ text: String) { self.text = text }
    package init(askedBy event: EventID, at index: Int) { text = "\(event.text)-\(index)" }
    package var description: String { text }
}
