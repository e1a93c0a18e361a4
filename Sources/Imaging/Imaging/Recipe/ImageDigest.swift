import CImaging

enum ImageDigest {
    /// 64 lower-case hexadecimal digits.
    static func sha256(_ bytes: [UInt8]) throws(CodecFailure) -> String {
        var hex = [CChar](repeating: 0, count: 65)
        let made = bytes.withUnsafeBufferPointer { img_sha256($0.baseAddress, $0.count, &hex) }
        guard made else { throw CodecFailure(.internal, "libcrypto gave no SHA-256") }
        return String(decoding: hex.prefix(64).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
