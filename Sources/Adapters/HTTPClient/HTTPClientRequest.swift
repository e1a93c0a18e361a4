package import Base
package import HTTPMessages
package import InternetAddress

/// A request, its limits and the addresses that it may connect to.
package struct HTTPClientRequest: Sendable {
    package var method: HTTPMethod
    /// An absolute URL with the scheme http or https.
    package var url: String
    package var headers: HTTPHeaders = [:]
    package var body: [UInt8]?
    package var connectTimeout: Duration = .seconds(5)
    /// The time from the call to the last byte, including the wait for a connection.
    package var totalTimeout: Duration = .seconds(30)
    package var lowSpeed: LowSpeed?
    /// The maximum size of the body after decoding. A longer `Content-Length` is refused before the body is read.
    package var maximumResponseBytes = 64 * 1024 * 1024
    /// Whether the body is decoded as its `Content-Encoding` says.
    package var decodesContent = true
    /// Called with the address of the connection before it is made, and before an existing connection is reused.
    package var allowAddress: (@Sendable (IPAddress) -> Bool)?
    package var signing: AWSCredentials?
    /// Nil for a request that neither sends nor takes cookies.
    package var cookies: CookieJar?
    /// Whether the request continues when its task is cancelled: for requests that undo something.
    package var survivesCancellation = false

    /// A transfer fails if it is slower than this for that long.
    package struct LowSpeed: Sendable {
        package let bytesPerSecond: Int
        package let duration: Duration

        package init(bytesPerSecond: Int, duration: Duration) {
            self.bytesPerSecond = bytesPerSecond
            self.duration = duration
        }
    }

    package init(_ method: HTTPMethod = .get, _ url: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// Credentials to sign a request with (AWS Signature Version 4).
package struct AWSCredentials: Sendable {
    let accessKey: Secret
    let secretKey: Secret
    package let region: String
    package let service: String

    package init(accessKey: Secret, secretKey: Secret, region: String, service: String) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.region = region
        self.service = service
    }
}
