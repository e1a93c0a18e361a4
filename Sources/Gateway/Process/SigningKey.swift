import Base
import Cryptography
import EventLog

/// The secret that all gateways share. They sign tokens and cursors with it, so that nobody else can make them.
///
/// While operators replace the secret, there are two. The older one verifies only, so that what clients have stays
/// valid.
struct SigningKey: Sendable {
    /// The minimum length in characters.
    static let minimumLength = 32

    /// The kind of signed message. A code for one purpose is not valid for another.
    enum Purpose: String {
        case cursor, historyCursor, consistencyToken, command, principal
    }

    private let authentication: AuthenticationCode
    private let older: AuthenticationCode?
    /// The log that tokens and cursors belong to.
    let epoch: LogEpoch

    init(_ secret: Secret, older: Secret? = nil, epoch: LogEpoch = LogEpoch(topicIDs: [])) {
        self.init(
            AuthenticationCode(key: Array(secret.revealed.utf8)),
            older: older.map { AuthenticationCode(key: Array($0.revealed.utf8)) }, epoch)
    }

    private init(_ authentication: AuthenticationCode, older: AuthenticationCode?, _ epoch: LogEpoch) {
        self.authentication = authentication
        self.older = older
        self.epoch = epoch
    }

    func of(_ log: LogEpoch) -> SigningKey { SigningKey(authentication, older: older, log) }

    /// The keys that codes may have been made with, this one first.
    var all: [SigningKey] { [self] + (older.map { [SigningKey($0, older: nil, epoch)] } ?? []) }

    /// The authentication code of `message`: 32 bytes.
    func code(_ purpose: Purpose, _ message: [UInt8]) -> [UInt8] {
        authentication.code(for: Self.signed(purpose, message))
    }

    /// A text that contains `message`, readable by everybody, and that only this key can make for this log.
    func seal(_ purpose: Purpose, _ message: [UInt8]) -> String {
        let sealed = Self.bytes(of: epoch) + message
        return Base64URL.text(code(purpose, sealed).prefix(Self.codeLength) + sealed)
    }

    /// The message of a text that `seal` made for the same purpose and log; nil for any other text.
    func open(_ purpose: Purpose, _ text: some StringProtocol) -> [UInt8]? {
        guard let sealed = verified(purpose, text), sealed.starts(with: Self.bytes(of: epoch)) else { return nil }
        return Array(sealed.dropFirst(Self.epochLength))
    }

    /// Whether `seal` made the text for the same purpose and another log.
    func isOfAnotherLog(_ purpose: Purpose, _ text: some StringProtocol) -> Bool {
        verified(purpose, text).map { !$0.starts(with: Self.bytes(of: epoch)) } ?? false
    }

    private func verified(_ purpose: Purpose, _ text: some StringProtocol) -> ArraySlice<UInt8>? {
        guard text.utf8.count <= Self.maximumSealedLength, let bytes = Base64URL.bytes(text),
            bytes.count >= Self.codeLength + Self.epochLength
        else { return nil }
        let sealed = bytes.dropFirst(Self.codeLength)
        let signed = Self.signed(purpose, Array(sealed))
        let keys = [authentication] + (older.map { [$0] } ?? [])
        return keys.contains { $0.isValid(bytes.prefix(Self.codeLength), for: signed) } ? sealed : nil
    }

    private static func signed(_ purpose: Purpose, _ message: [UInt8]) -> [UInt8] {
        Array("warelog \(purpose.rawValue)\0".utf8) + message
    }

    private static func bytes(of epoch: LogEpoch) -> [UInt8] {
        (0..<epochLength).map { UInt8(truncatingIfNeeded: epoch.number >> (8 * $0)) }
    }

    private static let codeLength = 16
    private static let epochLength = 3
    private static let maximumSealedLength = 4096
}
