package import HTTPMessages
package import InternetAddress

/// The result of fetching a URL that somebody else chose.
package struct Download: Sendable {
    package let body: [UInt8]
    package let headers: HTTPHeaders
    /// The URL after the last redirect.
    package let url: HTTPURL
    /// The address of the server that answered.
    package let address: IPAddress?
    package let redirects: Int

    /// The limits of a download, and the addresses that it may connect to.
    package struct Policy: Sendable {
        package var maximumBytes = 25 * 1024 * 1024
        package var connectTimeout: Duration = .seconds(5)
        /// The timeout over all redirects.
        package var totalTimeout: Duration = .seconds(30)
        package var lowSpeed: HTTPClientRequest.LowSpeed?
        package var maximumRedirects = 5
        package var headers: HTTPHeaders = [:]
        /// Called with the address of each connection, before and after every redirect.
        package var allowAddress: @Sendable (IPAddress) -> Bool = { $0.isGloballyRoutable }

        package init() {}
    }
}
