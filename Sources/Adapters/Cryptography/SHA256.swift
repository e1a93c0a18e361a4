import Base
internal import CLibcrypto

/// SHA-256 (FIPS 180-4), by OpenSSL's libcrypto.
///
/// A class: the context is one allocation that must be freed once. For one task at a time.
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
        let done: Int32? = bytes.withContiguousStorageIfAvailable {
            EVP_DigestUpdate(context, $0.baseAddress, $0.count)
        }
        if done == nil { Array(bytes).withUnsafeBytes { _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) } }
    }

    /// The 32 bytes; nothing may be added afterwards.
    package func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
            count = 32
        }
    }

    package static func digest(_ message: [UInt8]) -> [UInt8] {
        let hash = SHA256()
        hash.update(message)
        return hash.finish()
    }

    /// 64 lower-case hexadecimal digits.
    package static func hex(_ message: [UInt8]) -> String { Hexadecimal.text(digest(message)) }
}
