import InternetAddress

/// What a client may use of others, whoever asks through it.
package struct HTTPClientConfiguration: Sendable {
    /// Connections to one host at a time; further requests wait, and their time runs.
    package var maximumConnectionsPerHost = 8
    package var maximumConnections = 256
    package var userAgent = "warelog"
    /// Certificates of the authorities to trust, in PEM; nil for the system's.
    package var certificateFile: String?
    /// Names that are not asked of DNS.
    package var fixedNames: [FixedName] = []

    package struct FixedName: Sendable {
        package let host: String
        package let port: UInt16
        package let addresses: [IPAddress]

        package init(host: String, port: UInt16, addresses: [IPAddress]) {
            self.host = host
            self.port = port
            self.addresses = addresses
        }
    }

    package init() {}
}
