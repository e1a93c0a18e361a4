import Base
import HTTPClient

/// One bucket of an S3-compatible server, and who asks.
package struct S3Configuration: Sendable {
    /// The API's address, without the bucket; addressing is path style.
    package let endpoint: String
    package let region: String
    package let bucket: String
    /// What an object's key is put behind to make the address that clients of the product see.
    package let publicBaseURL: String
    let credentials: AWSCredentials
    package var totalTimeout: Duration = .seconds(60)
    /// For what is not given up when its task is cancelled: whoever ends has to wait for it.
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
