import Events
import Testing

extension EventType {
    /// Returns `data` after reading it as an event of this type and writing it again.
    func rewritten(_ data: [UInt8]) throws -> [UInt8] {
        if let event = try ProductEvent(type: self, data: data) {
            #expect(event.type == self)
            return event.data
        }
        let event = try #require(try UserEvent(type: self, data: data))
        #expect(event.type == self)
        return event.data
    }
}
