import Base
import Cryptography

/// The secret that all gateways share. They sign tokens and cursors with it, so that nobody else can make them.
struct SigningKey: Sendable {
    /// The minimum length in characters.
    static let minimumLength = 32

    /// The kind of signed message. A code for one purpose is not valid for another.
    enum Purpose: String {
        case cursor, historyCursor, consistencyToken, command, principal
    }

    private let authentication: AuthenticationCode

    init(_ secret: Secret) { authentication = AuthenticationCode(key: Array(secret.revealed.utf8)) }

    /// The authentication code of `message`: 32 bytes.
    func code(_ purpose: Purpose, _ message: [UInt8]) -> [UInt8] {
        authentication.code(for: Array("warelog \(purpose.rawValue)\0".utf8) + message)
    }

    /// A text that contains `message`, readable by everybody, and that only this key can make.
    func seal(_ purpose: Purpose, _ message: [UInt8]) -> String {
        Base64URL.text(code(purpose, message).prefix(Self.sealLength) + message)
    }

    /// The message of a text that `seal` made for the same purpose; nil for any other text.
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
