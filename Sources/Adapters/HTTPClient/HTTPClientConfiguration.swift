package import InternetAddress

/// The limits of a client, over all of its requests.
package struct HTTPClientConfiguration: Sendable {
    /// The maximum number of connections to one host. Further requests wait, and waiting counts towards their timeouts.
    package var maximumConnectionsPerHost = 8
    package var maximumConnections = 256
    package var userAgent = "warelog"
    /// A file with the certificates of the trusted authorities, in PEM. Nil for the system's.
    package var certificateFile: String?
    /// Host names with fixed addresses, which are not looked up in the DNS.
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
