/// Calls `body` with the strings as a C array of NUL-terminated strings that ends in a null pointer.
///
/// The array is valid until `body` returns. A string is cut at a NUL that it contains.
package func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
    var bytes: [CChar] = []
    var starts: [Int] = []
    for string in strings {
        starts.append(bytes.count)
        bytes.append(contentsOf: string.utf8.lazy.map { CChar(bitPattern: $0) })
        bytes.append(0)
    }
    return bytes.withUnsafeBufferPointer { bytes in
        var pointers = starts.map { start in bytes.baseAddress.map { $0 + start } } + [nil]
        return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }  // never empty
    }
}
