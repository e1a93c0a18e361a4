/// A value that is used and never shown: printing, dumping or interpolating it gives `•••`.
package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The value itself. Pass it to the function that needs it, and nowhere else.
    package let revealed: String

    package init(_ value: String) { revealed = value }

    package var description: String { "•••" }
    package var debugDescription: String { "•••" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
