import Foundation
import HTTPMessages
import HTTPServer
import JSON
import Telemetry
import Testing

@testable import Gateway

/// The table of routes, and everything that is derived from it.
@Suite(.timeLimit(.minutes(20)))
struct RouteTableTests {
    private static func request(_ method: HTTPMethod, _ target: String) throws -> HTTPRequest {
        try #require(HTTPRequest(method, target))
    }

    /// The method and path, such as `GET /products/{id}`, of every operation in schema/openapi.json that the gateway
    /// itself answers.
    private static func described() throws -> Set<String> {
        let repository = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let file = try Data(contentsOf: repository.appendingPathComponent("schema/openapi.json"))
        let paths = try #require(try JSONDocument(parsing: [UInt8](file)).root["paths"])
        return Set(
            paths.members.flatMap { path, item in
                item.members.compactMap { method, operation in
                    guard let tag = operation["tags"]?.elements.first?.string, tag != "Process" else { return nil }
                    return "\(method.uppercased()) \(path)"
                }
            })
    }

    @Test func theTableHasTheRoutesThatTheDescriptionHasAndNoOthers() throws {
        let routes = RouteTable.api.resources.flatMap { resource in
            resource.methods.filter { $0 != .options }.map { "\($0) \(resource.template.text)" }
        }
        #expect(Set(routes).count == routes.count)
        #expect(try Set(routes) == Self.described())
    }

    @Test func everyRouteIsFoundByItsAddressWithAndWithoutThePrefix() throws {
        for resource in RouteTable.api.resources {
            let path = resource.template.text.replacing("{id}", with: "17").replacing("{image}", with: "a%2Fb")
            for prefix in ["", "/api/v1"] {
                for expected in resource.routes {
                    let match = RouteTable.api.match(try Self.request(expected.method, prefix + path))
                    guard case .route(let route, let parameters) = match else {
                        Issue.record("\(expected.method) \(prefix + path)")
                        continue
                    }
                    #expect(route.template.text == resource.template.text && route.method == expected.method)
                    #expect(parameters["id"] == (path.contains("17") ? "17" : ""))
                    #expect(parameters["image"] == (path.contains("a%2Fb") ? "a/b" : ""))
                }
            }
        }
    }

    @Test(arguments: [
        ("/products", "GET, HEAD, OPTIONS, POST"), ("/products/1", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
        ("/products/1/images", "OPTIONS, POST"), ("/products/1/images/2", "DELETE, GET, HEAD, OPTIONS"),
        ("/api/v1/docs", "GET, HEAD, OPTIONS"), ("*", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
    ])
    func optionsNamesTheMethods(_ row: (target: String, allowed: String)) throws {
        guard case .options(_, row.allowed) = RouteTable.api.match(try Self.request(.options, row.target)) else {
            Issue.record("\(row.target)")
            return
        }
    }

    @Test(arguments: [
        (HTTPMethod.delete, "/products"), (.post, "/products/1"), (.other("TRACE"), "/products"), (.get, "/users"),
    ])
    func aMethodThatTheResourceDoesNotHaveIsNotAllowed(_ row: (method: HTTPMethod, target: String)) throws {
        guard case .methodNotAllowed = RouteTable.api.match(try Self.request(row.method, row.target)) else {
            Issue.record("\(row.method) \(row.target)")
            return
        }
    }

    @Test(arguments: [
        "/", "/product", "/products/", "/products/1/", "/products/1/image", "/products/1/images/2/3", "/api/v1",
        "/api/v1/api/v1/products", "/users/1/products", "*",
    ])
    func anAddressWithoutAResourceIsNotFound(_ target: String) throws {
        guard case .notFound = RouteTable.api.match(try Self.request(.get, target)) else {
            Issue.record("\(target)")
            return
        }
    }

    @Test func headIsAnsweredByTheRouteOfGet() throws {
        let match = RouteTable.api.match(try Self.request(.head, "/products/1"))
        guard case .route(let route, _) = match else {
            Issue.record("no route")
            return
        }
        #expect(route.method == .get && !route.isWrite)
    }

    @Test func requestsAreCountedByRouteAndNotByAddress() {
        let metrics = Metrics()
        let requests = RequestMetrics(metrics)
        for _ in 1...2 { requests.record(.get, "/products/{id}", .ok, .milliseconds(1)) }
        requests.record(.other("MKCOL"), nil, .notFound, .milliseconds(1))
        for line in [
            #"warelog_http_requests_total{method="GET",route="/products/{id}",status="2xx"} 2"#,
            #"warelog_http_requests_total{method="OTHER",route="",status="4xx"} 1"#,
        ] {
            #expect(metrics.text.contains(line + "\n"))
        }
    }
}
