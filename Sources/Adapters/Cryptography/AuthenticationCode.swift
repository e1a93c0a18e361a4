import CLibcrypto

/// HMAC-SHA-256 (RFC 2104): proves that the author of a message knew the key.
package struct AuthenticationCode: Sendable {
    private let key: [UInt8]

    package init(key: [UInt8]) { self.key = key }

    /// Returns the 32 bytes of the message's code.
    package func code(for message: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            let code = HMAC(
                EVP_sha256(), key, Int32(key.count), message, message.count, buffer.baseAddress, nil)
            precondition(code != nil, "HMAC failed")  // out of memory, or a broken library
            count = 32
        }
    }

    /// Whether `code` is a prefix of the message's code, 16 bytes at least. The time does not depend on where they
    /// differ.
    package func isValid(_ code: some Collection<UInt8>, for message: [UInt8]) -> Bool {
        let given = Array(code)
        return CRYPTO_memcmp(given, self.code(for: message), min(given.count, 32)) == 0
            && (16...32).contains(given.count)
    }
}
