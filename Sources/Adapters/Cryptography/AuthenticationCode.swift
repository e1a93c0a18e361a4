internal import CLibcrypto

/// HMAC-SHA-256 (RFC 2104): says that whoever made a message knew the key.
package struct AuthenticationCode: Sendable {
    private let key: [UInt8]

    package init(key: [UInt8]) { self.key = key }

    /// 32 bytes.
    package func code(for message: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, buffer.baseAddress, nil)
            count = 32
        }
    }

    /// Whether `code` is the beginning of the message's code, in a time that does not tell where they differ.
    package func isValid(_ code: some Collection<UInt8>, for message: [UInt8]) -> Bool {
        let given = Array(code)
        return CRYPTO_memcmp(given, self.code(for: message), min(given.count, 32)) == 0
            && (16...32).contains(given.count)
    }
}
