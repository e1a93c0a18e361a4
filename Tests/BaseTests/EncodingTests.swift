import Base
import Testing

@Suite(.timeLimit(.minutes(1)))
struct EncodingTests {
    @Test(arguments: [([], ""), ([0], "00"), ([0x0F, 0xF0, 0xAB], "0ff0ab"), ([255], "ff")] as [([UInt8], String)])
    func bytesAreTwoDigitsEach(_ row: (bytes: [UInt8], text: String)) {
        #expect(Hexadecimal.text(row.bytes) == row.text)
        #expect(Hexadecimal.bytes(row.text) == row.bytes)
    }

    @Test(arguments: ["a", "AB", "0g", "é", "0 ", "+1"])
    func otherTextIsNotHexadecimal(_ text: String) { #expect(Hexadecimal.bytes(text) == nil) }

    @Test(
        arguments: [
            (0, "0000000000000000"), (0x1A, "000000000000001a"), (.max, "ffffffffffffffff"),
            (0x0123_4567_89AB_CDEF, "0123456789abcdef"),
        ] as [(UInt64, String)])
    func anIntegerHasAllItsDigits(_ row: (value: UInt64, text: String)) {
        #expect(Hexadecimal.text(row.value) == row.text)
    }

    @Test(arguments: [
        ("", ""), ("AZaz09-._~", "AZaz09-._~"), ("a b&c=d/e?f", "a%20b%26c%3Dd%2Fe%3Ff"), ("%41", "%2541"),
        ("é", "%C3%A9"), ("\u{0}", "%00"),
    ])
    func everythingButUnreservedCharactersIsEncoded(_ row: (text: String, encoded: String)) {
        #expect(PercentEncoding.encode(row.text) == row.encoded)
    }

    /// The test vectors of draft-eastlake-fnv.
    @Test(
        arguments: [
            ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
        ] as [(String, UInt64)])
    func hashesAreThoseOfTheDraft(_ row: (text: String, hash: UInt64)) { #expect(FNV1a.hash(row.text) == row.hash) }

    @Test(arguments: [[], [""], ["one"], ["--flag", "", "ünïcode", "last"]])
    func stringsBecomeAnArrayThatEndsInNull(_ strings: [String]) {
        let (read, end) = withCStrings(strings) { array in
            ((0..<strings.count).map { array[$0].map { String(cString: $0) } }, array[strings.count])
        }
        #expect(read == strings)
        #expect(end == nil)
    }
}
