import Cryptography
import JSON

/// The credentials of a request: the value of `Authorization`. The gateway does not verify them; whatever stands before
/// it does.
enum Credentials {
    /// The identity that the credentials are for, which stays when a password, a signature or a token is renewed: the
    /// user of `Basic`, the issuer and subject of a JSON Web Token, or the key id of a signature. Any other value
    /// stands for itself.
    static func identity(_ value: String) -> String {
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return value }
        let identity =
            switch parts[0].lowercased() {
            case "basic": user(parts[1])
            case "bearer": subject(parts[1])
            case "aws4-hmac-sha256": keyID(parts[1])
            default: nil as String?
            }
        return identity.map { "\(parts[0].lowercased()) \($0)" } ?? value
    }

    /// RFC 7617: `user:password` in Base 64.
    private static func user(_ text: Substring) -> String? {
        guard let bytes = Base64.bytes(text), let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        return String(decoding: bytes[..<colon], as: UTF8.self)
    }

    /// RFC 7519 section 4.1: the claims are the second part of the token.
    private static func subject(_ token: Substring) -> String? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64URL.bytes(parts[1]),
            let claims = try? JSONDocument(parsing: bytes).root,
            let subject = claims["sub"]?.string
        else { return nil }  // an opaque token
        return "\(claims["iss"]?.string ?? "")\0\(subject)"
    }

    /// AWS Signature Version 4: `Credential=KEY/DATE/REGION/…`.
    private static func keyID(_ parameters: Substring) -> String? {
        let field = parameters.split(separator: ",").first { $0.drop { $0 == " " }.hasPrefix("Credential=") }
        return field?.split(separator: "=", maxSplits: 1).last?.split(separator: "/").first.map(String.init)
    }
}
