import Events
import HTTPMessages
import HTTPServer
import JSON

/// A response, and the product id for its log line.
struct RoutedResponse: Sendable {
    let response: HTTPResponse
    let productID: ProductID?

    init(_ response: HTTPResponse, productID: ProductID? = nil) {
        self.response = response
        self.productID = productID
    }

    /// 200 with `{"data":…,"message":…}`. `write` writes the data: one value.
    static func data(_ message: StaticString, _ write: (inout JSONWriter) -> Void) -> RoutedResponse {
        let body = JSONWriter.object { json in
            json.key("data")
            write(&json)
            json.member("message", message.description)
        }
        return RoutedResponse(HTTPResponse(.ok, headers: ["Content-Type": "application/json"], body: .bytes(body)))
    }

    /// 200 with a page of a list. `cursor` leads to the next page; nil when this is the last. `write` writes one
    /// element.
    static func page<Element>(
        _ elements: [Element], _ message: StaticString, of request: HTTPRequest, next cursor: String?,
        productID: ProductID? = nil, _ write: (inout JSONWriter, Element) -> Void
    ) -> RoutedResponse {
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let cursor { headers["Link"] = "<\(request.target(with: "cursor", cursor))>; rel=\"next\"" }
        let body = JSONWriter.object { json in
            json.key("data")
            json.array(elements, write)
            json.member("message", message.description)
            json.member("next_cursor", cursor)
        }
        return RoutedResponse(HTTPResponse(.ok, headers: headers, body: .bytes(body)), productID: productID)
    }
}
