package import Base
import HTTPClient

/// A bucket of an S3-compatible server, and the credentials for it.
package struct S3Configuration: Sendable {
    /// The server's URL, without the bucket. Requests use path-style addresses.
    package let endpoint: String
    package let region: String
    package let bucket: String
    /// The URL before an object's key in the addresses that clients of the API see.
    package let publicBaseURL: String
    let credentials: AWSCredentials
    package var totalTimeout: Duration = .seconds(60)
    /// The timeout of requests that cancellation does not stop. A process that ends waits for them.
    package var undoTimeout: Duration = .seconds(10)
    package var connectTimeout: Duration = .seconds(5)
    package var maximumObjectBytes = 64 * 1024 * 1024

    package init(
        endpoint: String, region: String, bucket: String, accessKey: String, secretKey: Secret, publicBaseURL: String
    ) {
        self.endpoint = Self.withoutSlash(endpoint)
        self.region = region
        self.bucket = bucket
        self.publicBaseURL = Self.withoutSlash(publicBaseURL)
        credentials = AWSCredentials(
            accessKey: Secret(accessKey), secretKey: secretKey, region: region, service: "s3")
    }

    private static func withoutSlash(_ url: String) -> String { url.hasSuffix("/") ? String(url.dropLast()) : url }
}
