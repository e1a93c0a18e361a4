import CLibuv

/// A libuv call that failed.
package struct EventLoopError: Error, CustomStringConvertible {
    /// The C function's name.
    package let call: String
    /// libuv's negative status, usually a negated errno.
    package let status: Int32

    /// Traps if a call failed that fails only by a mistake in this program, such as using a closed handle. Going on
    /// would mean waiting for a callback that never comes.
    static func require(_ call: StaticString, _ status: Int32) {
        precondition(status == 0, "\(call): \(String(cString: uv_strerror(status)))")
    }

    package var description: String { "\(call): \(String(cString: uv_strerror(status))) (\(status))" }
}
