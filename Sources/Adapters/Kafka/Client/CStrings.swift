import Glibc

/// Strings as C's, for as long as this lives.
final class CStrings {
    let pointers: [UnsafePointer<CChar>?]

    init(_ strings: [String]) { pointers = strings.map { UnsafePointer(strdup($0)) } }

    deinit { for pointer in pointers { free(UnsafeMutablePointer(mutating: pointer)) } }
}

/// What librdkafka wrote into a buffer for its reasons.
func text(_ reason: [CChar]) -> String {
    reason.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
}
