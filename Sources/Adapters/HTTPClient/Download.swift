import HTTPMessages
import InternetAddress

/// Something that was fetched from an address that somebody else chose.
package struct Download: Sendable {
    package let body: [UInt8]
    package let headers: HTTPHeaders
    /// Where it was at last.
    package let url: HTTPURL
    /// Whom it came from.
    package let address: IPAddress?
    package let redirects: Int

    /// What a download may cost, and whom it may reach.
    package struct Policy: Sendable {
        package var maximumBytes = 25 * 1024 * 1024
        package var connectTimeout: Duration = .seconds(5)
        /// Over all hops.
        package var totalTimeout: Duration = .seconds(30)
        package var lowSpeed: HTTPClientRequest.LowSpeed?
        package var maximumRedirects = 5
        package var headers: HTTPHeaders = [:]
        /// Asked about the connected address of every hop.
        package var allowAddress: @Sendable (IPAddress) -> Bool = { $0.isGloballyRoutable }

        package init() {}
    }
}
