import Base
import EventLog
import Events
import HTTPMessages
import Testing

@testable import Gateway

/// The headers of a write.
@Suite(.timeLimit(.minutes(20)))
struct WriteRequestTests {
    private static let key = SigningKey(Secret(String(repeating: "k", count: 32)))
    private static let otherKey = SigningKey(Secret(String(repeating: "o", count: 32)))

    @Test(
        arguments: [
            ("", 500, nil), ("wait=2", 2000, "wait=2"), ("wait=0", 0, "wait=0"), ("respond-async", 0, "respond-async"),
            ("respond-async, wait=10", 10_000, "respond-async, wait=10"), ("Wait = \"3\"", 3000, "wait=3"),
            ("wait=999", 60_000, "wait=60"), ("wait=-1", 500, nil), ("wait=soon", 500, nil), ("wait", 500, nil),
            ("return=minimal", 500, nil), ("wait=1, wait=9", 1000, "wait=1"),
            ("handling=strict; x=1, wait=4;a=b", 4000, "wait=4"),
            ("wait=99999999999999999999", 500, nil), (",,=,;", 500, nil),
        ] as [(String, Int, String?)])
    func aClientSaysHowLongItWaits(_ value: String, _ milliseconds: Int, _ applied: String?) {
        let preferences = Preferences(value.isEmpty ? [:] : ["Prefer": value])
        #expect(preferences.wait(default: .milliseconds(500)) == .milliseconds(milliseconds))
        #expect(preferences.applied == applied)
    }

    @Test func idsOfCommandsAreOursOrNot() {
        let ids = CommandIDs(key: Self.key)
        let made = ids.make().text
        #expect(ids.isOurs(made))
        #expect(ids.isOurs(ids.derived(from: "mark", method: "PUT", path: "products/7").text))
        #expect(!CommandIDs(key: Self.otherKey).isOurs(made))
        #expect(!ids.isOurs(made.uppercased()) || made == made.uppercased())
        #expect(!ids.isOurs(made.replacing("-", with: "")))
        for index in made.indices where made[index] != "-" {
            var forged = made
            forged.replaceSubrange(index...index, with: made[index] == "0" ? "1" : "0")
            #expect(!ids.isOurs(forged))
        }
        for text in ["", "-", "abc", String(repeating: "0", count: 36), "\u{0}"] { #expect(!ids.isOurs(text)) }
    }

    @Test func idsOfCommandsGrowWithTime() {
        let ids = CommandIDs(key: Self.key)
        let made = (0..<1000).map { _ in ids.make().text }
        #expect(Set(made).count == made.count)
        #expect(made.map { $0.prefix(13) } == made.map { $0.prefix(13) }.sorted())
    }

    @Test func theSameRequestIsTheSameCommand() {
        let ids = CommandIDs(key: Self.key)
        let one = ids.derived(from: "mark", method: "PUT", path: "products/7")
        #expect(ids.derived(from: "mark", method: "PUT", path: "products/7") == one)
        #expect(ids.derived(from: "other", method: "PUT", path: "products/7") != one)
        #expect(ids.derived(from: "mark", method: "PATCH", path: "products/7") != one)
        #expect(ids.derived(from: "mark", method: "PUT", path: "products/8") != one)
    }

    @Test func aTokenIsReadBackAndNoOtherIsRead() {
        let token = ConsistencyToken(.users, LogPosition(partition: 3, offset: 1 << 40))
        let text = token.text(key: Self.key)
        #expect(ConsistencyToken(text, key: Self.key) == token)
        #expect(ConsistencyToken(text, key: Self.otherKey) == nil)
        #expect(ConsistencyToken(Self.key.seal(.cursor, Array("users.events 3 7".utf8)), key: Self.key) == nil)
        #expect(ConsistencyToken(Self.key.seal(.consistencyToken, Array("nothing 3 7".utf8)), key: Self.key) == nil)
        for text in ["", "x", String(repeating: "A", count: 10_000), "\u{0}"] {
            #expect(ConsistencyToken(text, key: Self.key) == nil)
        }
    }

    @Test func idsGrow() {
        let ids = (0..<1000).map { _ in UUIDv7.make() }
        #expect(Set(ids).count == ids.count)
        #expect(ids.map { $0.prefix(13) } == ids.map { $0.prefix(13) }.sorted())
    }
}
