import Base
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SecretTests {
    private struct Holder {
        let secret: Secret?
    }

    @Test func aSecretIsNeverShown() {
        let secret = Secret("hunter2")
        let holder = Holder(secret: secret)
        var dumped = ""
        dump(holder, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\(holder)", String(reflecting: holder), dumped] {
            #expect(!text.contains("hunter2"))
            #expect(text.contains("•••"))
        }
        #expect(secret.revealed == "hunter2")
    }
}
