import Base
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
