import Base
import EventLog
import Events
import Testing

@testable import Gateway

struct SigningKeyTests {
    private let key = SigningKey(Secret("0123456789abcdef0123456789abcdef"))

    @Test func whatIsSealedCanBeOpened() {
        for message: [UInt8] in [[], [0], Array("a message".utf8)] {
            #expect(key.open(.cursor, key.seal(.cursor, message)) == message)
        }
    }

    @Test func onlyThisKeyMakesASealForOnePurpose() {
        let sealed = key.seal(.cursor, [1, 2, 3])
        #expect(key.open(.consistencyToken, sealed) == nil)
        #expect(SigningKey(Secret("another key of sufficient length")).open(.cursor, sealed) == nil)
    }

    /// While the secret is being replaced, the tokens of clients stay valid, and no new ones are made with the older
    /// key.
    @Test func anOlderKeyVerifiesOnly() {
        let old = SigningKey(Secret("another key of sufficient length"))
        let both = SigningKey(
            Secret("0123456789abcdef0123456789abcdef"), older: Secret("another key of sufficient length"))
        #expect(both.open(.cursor, old.seal(.cursor, [1])) == [1])
        #expect(both.open(.consistencyToken, old.seal(.cursor, [1])) == nil)
        #expect(both.seal(.cursor, [1]) == key.seal(.cursor, [1]))
        #expect(old.open(.cursor, both.seal(.cursor, [1])) == nil)
        #expect(CommandIDs(key: both).isOurs(CommandIDs(key: old).make().text))
        #expect(!CommandIDs(key: old).isOurs(CommandIDs(key: both).make().text))
        let third = SigningKey(Secret("a third key that is long enough."))
        #expect(both.open(.cursor, third.seal(.cursor, [1])) == nil)
    }

    @Test func aSealBelongsToItsLog() {
        let other = key.of(LogEpoch(topicIDs: ["a", "c"]))
        let this = key.of(LogEpoch(topicIDs: ["a", "b"]))
        let sealed = other.seal(.cursor, [1])
        #expect(this.open(.cursor, sealed) == nil && this.isOfAnotherLog(.cursor, sealed))
        #expect(other.open(.cursor, sealed) == [1] && !other.isOfAnotherLog(.cursor, sealed))
        #expect(!this.isOfAnotherLog(.consistencyToken, sealed))
        #expect(!this.isOfAnotherLog(.cursor, "") && !this.isOfAnotherLog(.cursor, String(sealed.dropLast())))
    }

    @Test func anIdOfAStreamIsAPositionInOneLog() {
        let one = LogEpoch(topicIDs: ["a", "b"])
        #expect(one == LogEpoch(topicIDs: ["a", "b"]) && one != LogEpoch(topicIDs: ["b", "a"]))
        var last: Int64 = 0
        for offset: Int64 in [0, 1, 1 << 20, 1 << 43 - 1] {
            let id = EventStreamID(offset: offset, epoch: one)
            #expect(id.offset == offset && id.epoch == one.number && id.number > last)
            #expect(EventStreamID(number: offset).offset == offset && EventStreamID(number: offset).epoch == nil)
            last = id.number
        }
    }

    @Test func aChangedSealIsNone() {
        let sealed = Array(key.seal(.cursor, Array("message".utf8)).utf8)
        for index in sealed.indices {
            var changed = sealed
            changed[index] = changed[index] == 0x41 ? 0x42 : 0x41
            #expect(key.open(.cursor, String(decoding: changed, as: UTF8.self)) == nil, "\(index)")
        }
        #expect(key.open(.cursor, "") == nil)
        #expect(key.open(.cursor, String(repeating: "A", count: 100_000)) == nil)
    }
}
