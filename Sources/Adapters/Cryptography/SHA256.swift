import Base
import CLibcrypto

/// SHA-256 (FIPS 180-4), computed by OpenSSL's libcrypto. For one task at a time.
package final class SHA256 {
    private let context: OpaquePointer

    package init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            fatalError("libcrypto has no SHA-256")  // out of memory, or a broken library
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    package func update(_ bytes: some Sequence<UInt8>) {
        let done =
            bytes.withContiguousStorageIfAvailable { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
            ?? Array(bytes).withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        precondition(done == 1, "EVP_DigestUpdate failed")  // only after `finish`
    }

    /// Returns the 32 bytes of the digest. No bytes may be added afterwards.
    package func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            let done = EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
            precondition(done == 1, "EVP_DigestFinal_ex failed")  // only when called twice
            count = 32
        }
    }

    package static func digest(_ message: [UInt8]) -> [UInt8] {
        let hash = SHA256()
        hash.update(message)
        return hash.finish()
    }

    /// The digest of `message` as 64 lower-case hexadecimal digits.
    package static func hex(_ message: [UInt8]) -> String { Hexadecimal.text(digest(message)) }
}
