import Base
import Cryptography
import Testing

struct CryptographyTests {
    /// The examples of FIPS 180-4.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy"), ("~~?", "fn4/"),
    ])
    func base64IsPadded(_ row: (String, String)) {
        #expect(Base64.text(Array(row.0.utf8)) == row.1)
    }

    @Test func digestsAreThoseOfTheStandard() {
        #expect(SHA256.hex([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(SHA256.hex(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func aDigestOfPiecesIsThatOfTheWhole() {
        let hash = SHA256()
        hash.update(Array("a".utf8))
        hash.update([])
        hash.update("bc".utf8)
        #expect(hash.finish() == SHA256.digest(Array("abc".utf8)))
    }

    /// RFC 4231, test case 2.
    @Test func codesAreThoseOfTheStandard() {
        let code = AuthenticationCode(key: Array("Jefe".utf8)).code(for: Array("what do ya want for nothing?".utf8))
        #expect(Hexadecimal.text(code) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test func onlyTheRightCodeIsValid() {
        let authentication = AuthenticationCode(key: [1, 2, 3])
        let code = authentication.code(for: [4])
        #expect(authentication.isValid(code, for: [4]))
        #expect(authentication.isValid(code.prefix(16), for: [4]))
        #expect(!authentication.isValid(code.prefix(15), for: [4]))
        #expect(!authentication.isValid([], for: [4]))
        #expect(!authentication.isValid(code + [0], for: [4]))
        #expect(!authentication.isValid(code, for: [5]))
        #expect(!AuthenticationCode(key: [1, 2]).isValid(code, for: [4]))
    }

    @Test func textsAreReadBack() {
        for count in 0...9 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 251 &* $0 &+ 7) }
            #expect(Base64URL.bytes(Base64URL.text(bytes)) == bytes)
        }
        #expect(Base64URL.text(Array("fo".utf8)) == "Zm8")
    }

    @Test func otherTextsAreNotRead() {
        for text in ["A", "AB", "Zm9=", "Zm 9", "Zm9v+", "é"] { #expect(Base64URL.bytes(text) == nil, "\(text)") }
    }
}
