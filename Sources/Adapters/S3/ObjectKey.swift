/// An object's name: lower-case letters, digits, `.`, `_`, `-` and `/`, without empty, `.` or `..` segments.
///
/// Such a key needs no percent-encoding, so all signers agree on it and all servers accept it.
package struct ObjectKey: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) throws(S3Error) {
        let segments = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isValid =
            (1...1024).contains(text.utf8.count)
            && segments.allSatisfy { segment in
                !segment.isEmpty && !segment.elementsEqual(".".utf8) && !segment.elementsEqual("..".utf8)
                    && segment.allSatisfy(Self.isAllowed)
            }
        guard isValid else { throw S3Error(.invalidKey) }
        self.text = text
    }

    static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    package var description: String { text }
}
