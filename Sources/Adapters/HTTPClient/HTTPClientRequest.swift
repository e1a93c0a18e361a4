import Base
import HTTPMessages
import InternetAddress

/// One request, its limits and the rule for whom it may reach.
package struct HTTPClientRequest: Sendable {
    package var method: HTTPMethod
    /// Absolute, http or https.
    package var url: String
    package var headers: HTTPHeaders = [:]
    package var body: [UInt8]?
    package var connectTimeout: Duration = .seconds(5)
    /// From the call to the last byte, waiting for a connection included.
    package var totalTimeout: Duration = .seconds(30)
    package var lowSpeed: LowSpeed?
    /// Counted after decoding; a longer `Content-Length` is refused before the body is read.
    package var maximumResponseBytes = 64 * 1024 * 1024
    /// Whether a `Content-Encoding` is undone.
    package var decodesContent = true
    /// Asked about the very address that is connected to, before it is, also when a connection is used again.
    package var allowAddress: (@Sendable (IPAddress) -> Bool)?
    package var signing: AWSCredentials?
    /// Goes on to its end when the task that sends it is cancelled: for what undoes something.
    package var survivesCancellation = false

    /// A transfer that is slower than this for that long is given up.
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

/// What a request is signed with (AWS Signature Version 4).
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
