import JSON

/// Why a record of the log is not an event that this version can fold.
package enum EventFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// Written by a newer version; skipped and counted.
    case unknownType(String)
    /// Written by a newer version that says that nothing may be folded without it.
    case criticalUnknownType(String)
    case malformed(JSONError)
    /// An attribute's name, or a JSON pointer into the data.
    case missing(String)
    case invalid(String, String)

    package var description: String {
        switch self {
        case .unknownType(let name): "unknown event type \(name)"
        case .criticalUnknownType(let name): "unknown event type \(name), marked critical"
        case .malformed(let error): "data: \(error)"
        case .missing(let name): "\(name) is missing"
        case .invalid(let name, let reason): "\(name) \(reason)"
        }
    }
}
