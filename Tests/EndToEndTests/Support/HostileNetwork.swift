import EventLoop
import HTTPMessages
import InternetAddress
import JSON
import NetworkTesting

/// Names that lead where the test says, question by question, to hosts of which one may be reached. For the loop's
/// thread only.
final class HostileNetwork: @unchecked Sendable {
    enum Page: Sendable {
        case picture, busy
        case redirect(String)
    }

    static let allowed = IPAddress.v4(0x7F00_0002)
    static let forbidden = IPAddress.v4(0x7F00_0003)
    static let forbidden6 = IPAddress.v6(1)

    let names: DNSServer
    private let loop: EventLoop
    /// Every host has the same two ports, because libcurl remembers names by port.
    private var servers: [(host: IPAddress, server: RawServer)] = []
    private var ports: [UInt16] = []
    private let pages: [String: [Page]]
    /// The requests to the permitted host, by path.
    private(set) var requests: [String: Int] = [:]
    /// The connections to forbidden hosts.
    private(set) var intrusions: [IPAddress] = []

    /// `answers` are those of `DNSServer`. `pages` are the answers of the web server by path, for one request after
    /// another; the last one is repeated. In both, `first` and `second` stand for the ports. Every other path is a
    /// picture.
    init(on loop: EventLoop, answers: [String: [DNSServer.Answer]], pages: [String: [Page]] = [:]) throws {
        self.loop = loop
        self.pages = pages
        for _ in 0..<2 {
            let first = try RawServer(on: loop, address: Self.allowed)
            ports.append(first.port)
            servers.append((Self.allowed, first))
            servers.append((Self.forbidden, try RawServer(on: loop, address: Self.forbidden, port: first.port)))
            guard Self.hasIPv6 else { continue }
            servers.append((Self.forbidden6, try RawServer(on: loop, address: Self.forbidden6, port: first.port)))
        }
        names = try DNSServer(on: loop, answers: answers)
    }

    static let hasIPv6 = (try? onLoop { _ = try RawServer(on: $0, address: forbidden6) }) != nil

    func serving(_ body: @escaping @Sendable () async throws -> Void) async throws {
        defer { names.close() }
        try await serve(servers[...], body)
    }

    private func serve(
        _ servers: ArraySlice<(host: IPAddress, server: RawServer)>, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        guard let (host, server) = servers.first else { return try await body() }
        try await server.serving({ connection, _ in try await self.answer(connection, of: host) }, on: loop) {
            try await self.serve(servers.dropFirst(), body)
        }
    }

    /// Forbidden hosts would serve the picture, too.
    private func answer(_ connection: RawConnection, of host: IPAddress) async throws {
        if host != Self.allowed { intrusions.append(host) }
        while true {
            let head = try await connection.receive(until: "\r\n\r\n")
            let path = String(head.split(separator: " ")[1])
            let number = requests[path, default: 0]
            requests[path] = number + 1
            let pages = pages[path] ?? [.picture]
            switch pages[min(number, pages.count - 1)] {
            case .picture:
                let picture = PictureRequests.numbered("same-.jpg") ?? []
                try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(picture.count)\r\n\r\n")
                try await connection.send(picture)
            case .busy:
                try await connection.send("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")
            case .redirect(let location):
                let location = address(location)
                try await connection.send("HTTP/1.1 302 Found\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n")
            }
        }
    }

    /// The address for `name:first/path`.
    func address(_ text: String) -> String {
        "http://" + text.replacing(":first", with: ":\(ports[0])").replacing(":second", with: ":\(ports[1])")
    }
}

extension Environment {
    /// Returns the outcome of a product with these images for a compressor that asks the network's name server: the
    /// status of each image, or the reason of its failure.
    func outcomes(
        _ sources: [String], in network: HostileNetwork, with settings: [String: String]
    ) async throws -> [String] {
        await processes.stop(.compressor)
        let settings = settings.merging(["IMAGE_ALLOWED_NETWORKS": "\(HostileNetwork.allowed)"]) { $1 }
        try processes.start(
            .compressor, with: settings, by: ResolverNamespace.command(nameServer: network.names.address))
        let body = JSONWriter.object { json in
            json.member("user_id", 1)
            json.member("product_name", "Sample Product")
            json.key("product_images")
            json.array(sources) { $0.string(network.address($1)) }
            json.member("product_price", 1)
        }
        let created = try await send(.post, "/products", String(decoding: body, as: UTF8.self))
        let images = try await finished(created.id)["images"]?.elements ?? []
        return images.map { $0["error"]?["reason"]?.string ?? $0["status"]?.string ?? "" }
    }
}
