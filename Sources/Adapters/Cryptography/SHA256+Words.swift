import CLibcrypto

extension SHA256 {
    /// The digest as four words, for arithmetic.
    package static func words(_ bytes: UnsafeRawBufferPointer) -> SIMD4<UInt64> {
        var words = SIMD4<UInt64>()
        withUnsafeMutableBytes(of: &words) { digest in
            _ = CLibcrypto.SHA256(
                bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count,
                digest.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
        return words
    }
}
