import Glibc

/// The reason why the server could not be set up.
package struct HTTPServerError: Error, CustomStringConvertible {
    /// The C function's name.
    package let call: String
    package let code: Int32

    package var description: String { "\(call): \(String(cString: strerror(code))) (\(code))" }
}
