import Base
import HTTPServer

extension HTTPRequest {
    /// The target of this request with `value` for the parameter `name`: an absolute path and a query, percent-encoded
    /// (RFC 3986 section 2).
    func target(with name: String, _ value: String) -> String {
        let pairs = query.filter { $0.name != name } + [(name: name, value: value)]
        let encoded = pairs.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
        return path + "?" + encoded.joined(separator: "&")
    }
}
