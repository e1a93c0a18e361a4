import Cryptography
import HTTPClient
import HTTPMessages

extension S3Client {
    /// Creates the bucket unless it exists.
    package func ensureBucket() async throws(S3Error) {
        do {
            let body = Array(constraint.utf8)
            _ = try await send(.put, "/\(configuration.bucket)", body: body, hash: SHA256.hex(body))
        } catch let error where error.status == .conflict {
            // BucketAlreadyOwnedByYou or BucketAlreadyExists. The first object shows whether the bucket can be used.
            return
        }
    }

    /// Throws if the server does not answer or the bucket does not exist.
    package func checkBucket() async throws(S3Error) { _ = try await send(.head, "/\(configuration.bucket)") }

    /// The request's location constraint. It must be absent for `us-east-1`.
    private var constraint: String {
        guard configuration.region != "us-east-1" else { return "" }
        return """
            <CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\
            <LocationConstraint>\(configuration.region)</LocationConstraint></CreateBucketConfiguration>
            """
    }

    /// Sets a bucket policy that lets anybody read the objects whose keys begin with `prefix`, and no others.
    package func allowPublicRead(prefix: String) async throws(S3Error) {
        guard Self.isKeyText(prefix) else { throw S3Error(.invalidKey) }
        let policy = Array(
            """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["s3:GetObject"],\
            "Resource":["arn:aws:s3:::\(configuration.bucket)/\(prefix)*"]}]}
            """.utf8)
        do {
            _ = try await send(
                .put, "/\(configuration.bucket)?policy=", ["Content-Type": "application/json"], body: policy,
                hash: SHA256.hex(policy))
        } catch let error where error.status == .conflict {
            // `rclone serve s3` answers this because it has no policies.
            throw S3Error(.notSupported, status: error.status, code: error.code, requestID: error.requestID)
        }
    }

    static func isKeyText(_ text: String) -> Bool {
        text.utf8.allSatisfy { ObjectKey.isAllowed($0) || $0 == UInt8(ascii: "/") }
    }
}
