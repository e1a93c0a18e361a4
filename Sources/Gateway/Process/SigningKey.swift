import Base
import Cryptography

/// The gateways' common secret. What they hand out and get back is signed with it, so that nobody else can make it.
struct SigningKey: Sendable {
    /// Characters.
    static let minimumLength = 32

    /// What is signed: the code of one purpose is none for another.
    enum Purpose: String {
        case cursor, historyCursor, consistencyToken, command, principal
    }

    private let authentication: AuthenticationCode

    init(_ secret: Secret) { authentication = AuthenticationCode(key: Array(secret.revealed.utf8)) }

    /// 32 bytes.
    func code(_ purpose: Purpose, _ message: [UInt8]) -> [UInt8] {
        authentication.code(for: Array("warelog \(purpose.rawValue)\0".utf8) + message)
    }

    /// A text that holds `message`, readable by whoever looks, and that only this key can make.
    func seal(_ purpose: Purpose, _ message: [UInt8]) -> String {
        Base64URL.text(code(purpose, message).prefix(Self.sealLength) + message)
    }

    /// The message of what `seal` made for the same purpose; nil for anything else.
    func open(_ purpose: Purpose, _ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.count <= Self.maximumSealedLength, let bytes = Base64URL.bytes(text),
            bytes.count >= Self.sealLength
        else { return nil }
        let message = Array(bytes.dropFirst(Self.sealLength))
        let signed = Array("warelog \(purpose.rawValue)\0".utf8) + message
        return authentication.isValid(bytes.prefix(Self.sealLength), for: signed) ? message : nil
    }

    private static let sealLength = 16
    private static let maximumSealedLength = 4096
}
