import CLibuv

/// A libuv call that failed.
package struct EventLoopError: Error, CustomStringConvertible {
    /// The C function's name.
    package let call: String
    /// libuv's negative status, a negated errno where there is one.
    package let status: Int32

    package var description: String { "\(call): \(String(cString: uv_strerror(status))) (\(status))" }
}
