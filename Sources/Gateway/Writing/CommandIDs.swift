import Base
import Cryptography
import Events
import Telemetry

/// Makes the ids of commands: UUIDs (RFC 9562 version 8) that only a gateway with the signing key can make, so that a
/// pending operation can be told from one that never existed.
///
/// Ten bytes identify the command: the time and a random number, or a digest of the idempotency key. The other six
/// bytes are an authentication code of these.
struct CommandIDs: Sendable {
    private static let codeLength = 6

    let key: SigningKey

    /// Makes a new id. Ids are ordered by time, so an index over them grows at one end.
    func make() -> CommandID {
        let time = UInt64(WallClock.now().milliseconds)
        let chance = UInt32.random(in: 0 ... .max)
        return command(
            (0..<6).map { UInt8(truncatingIfNeeded: time >> (40 - 8 * $0)) }
                + (0..<4).map { UInt8(truncatingIfNeeded: chance >> (24 - 8 * $0)) })
    }

    /// The id of the command that has this idempotency key, `method` and `path`.
    func derived(from mark: String, method: String, path: String) -> CommandID {
        command(Array(key.code(.command, Array("\(mark) \(method) \(path)".utf8)).prefix(10)))
    }

    func isOurs(_ text: String) -> Bool {
        let digits = text.utf8.filter { $0 != 0x2D }
        guard let bytes = Hexadecimal.bytes(String(decoding: digits, as: UTF8.self)), bytes.count == 16 else {
            return false
        }
        let made = Array(bytes.prefix(10))
        return key.all.contains { Self.text(made + Self.code(made, $0)) == text }
    }

    private func command(_ bytes: [UInt8]) -> CommandID {
        var bytes = bytes
        bytes[6] = 0x80 | bytes[6] & 0x0F
        bytes[8] = 0x80 | bytes[8] & 0x3F
        return CommandID(Self.text(bytes + Self.code(bytes, key)))
    }

    private static func code(_ bytes: [UInt8], _ key: SigningKey) -> [UInt8] {
        Array(key.code(.command, Array("id ".utf8) + bytes).prefix(codeLength))
    }

    private static func text(_ bytes: [UInt8]) -> String {
        var text = Hexadecimal.text(bytes)
        for index in [20, 16, 12, 8] { text.insert("-", at: text.index(text.startIndex, offsetBy: index)) }
        return text
    }
}
