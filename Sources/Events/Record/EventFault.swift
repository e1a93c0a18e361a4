package import JSON

/// The reason why a record of the log is not an event that this version can fold.
package enum EventFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// A newer version wrote the event; it is skipped and counted.
    case unknownType(String)
    /// A newer version wrote the event and marked it as one that no reader may skip.
    case criticalUnknownType(String)
    case malformed(JSONError)
    /// The missing value: the name of an attribute, or a JSON pointer into the data.
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
