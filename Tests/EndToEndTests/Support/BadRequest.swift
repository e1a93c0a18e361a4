import HTTPMessages

/// A request that must be refused, its problem, and the places that the answer must name.
struct BadRequest: Sendable {
    let method: HTTPMethod
    let path: String
    let body: String?
    let type: String
    let status: Int
    let places: [String]

    init(
        _ method: HTTPMethod, _ path: String, _ body: String? = nil, type: String = "application/json", _ status: Int,
        _ places: [String] = []
    ) {
        self.method = method
        self.path = path
        self.body = body
        self.type = type
        self.status = status
        self.places = places
    }

    private static func product(_ members: String) -> String {
        #"{"user_id":1,"product_name":"a","product_description":"b","product_images":[],"product_price":1"# + members
            + "}"
    }

    private static func priced(_ price: String) -> String {
        #"{"user_id":1,"product_name":"a","product_price":\#(price)}"#
    }

    static let all: [BadRequest] = [
        .init(.post, "/products", "{", 400),
        .init(.post, "/products", "", 400),
        .init(.post, "/products", "[]", 422, [""]),
        .init(.post, "/products", "{}", 422, ["/user_id", "/product_name", "/product_price"]),
        .init(.post, "/products", product(#","colour":"red""#), 422, ["/colour"]),
        .init(.post, "/products", product(#","user_id":1"#), 400),
        .init(.post, "/products", priced("9.999"), 422, ["/product_price"]),
        .init(.post, "/products", priced("-1"), 422, ["/product_price"]),
        .init(.post, "/products", priced("1e400"), 422, ["/product_price"]),
        .init(.post, "/products", priced("1e9223372036854775807"), 422, ["/product_price"]),
        .init(.post, "/products", priced("NaN"), 400),
        .init(.post, "/products", priced(#""1""#), 422, ["/product_price"]),
        .init(
            .post, "/products", #"{"user_id":"1","product_name":7,"product_price":1}"#, 422,
            ["/user_id", "/product_name"]),
        .init(.post, "/products", #"{"user_id":999,"product_name":"a","product_price":1}"#, 422, ["/user_id"]),
        .init(.post, "/products", #"{"user_id":1,"product_name":"","product_price":1}"#, 422, ["/product_name"]),
        .init(
            .post, "/products", #"{"user_id":1,"product_name":"a\u0000b","product_price":1}"#, 422, ["/product_name"]),
        .init(
            .post, "/products", #"{"user_id":1,"product_name":"a\ud800b","product_price":1}"#, 422, ["/product_name"]),
        .init(.post, "/products", product(#","a\udc00":1"#), 422, ["/a\0"]),
        .init(.post, "/users", #"{"name":"\udbff"}"#, 422, ["/name"]),
        .init(.post, "/users", #"{"name":"\u0000"}"#, 422, ["/name"]),
        .init(.patch, "/products/{id}", #"{"product_description":"\ud800"}"#, 422, ["/product_description"]),
        .init(.post, "/products", product(#","a":[{"b":1,"b":2}]"#), 400),
        .init(.post, "/products", String(repeating: "[", count: 100_000), 400),
        .init(
            .post, "/products",
            #"{"user_id":1,"product_name":"a\#(String(repeating: "\u{301}", count: 500_000))","product_price":1}"#,
            422, ["/product_name"]),
        .init(
            .post, "/products", #"{"user_id":1,"product_name":"a","product_price":1,"product_images":["ftp://x/y",3]}"#,
            422, ["/product_images/0", "/product_images/1"]),
        .init(.post, "/products", product(""), type: "text/plain", 415),
        .init(.post, "/products", String(repeating: "x", count: (1 << 20) + 1), 413),
        .init(.get, "/products?user_id=abc", nil, 400, ["user_id"]),
        .init(.get, "/products?user_id=1&price_min=x", nil, 400, ["price_min"]),
        .init(.get, "/products?user_id=1&colour=red", nil, 400, ["colour"]),
        .init(.get, "/products?user_id=1&limit=101", nil, 400, ["limit"]),
        .init(.get, "/products?user_id=1&cursor=x", nil, 400, ["cursor"]),
        .init(.get, "/products?user_id=1&sort=price", nil, 400, ["sort"]),
        .init(.get, "/products?user_id=1&limit=5&limit=5", nil, 400, ["limit"]),
        .init(.get, "/products/9007199254740991", nil, 404, ["id"]),
        .init(.get, "/products/abc", nil, 404, ["id"]),
        .init(.get, "/products/0", nil, 404, ["id"]),
        .init(.delete, "/products", nil, 405),
        .init(.post, "/products/1", "{}", 405),
        .init(.get, "/nowhere", nil, 404),
        .init(.get, "/api/v2/products", nil, 404),
    ]
}
