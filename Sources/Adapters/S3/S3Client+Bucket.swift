import Cryptography
import HTTPClient
import HTTPMessages

extension S3Client {
    /// Makes the bucket unless it is there already.
    package func ensureBucket() async throws(S3Error) {
        do {
            let body = Array(constraint.utf8)
            _ = try await send(.put, "/\(configuration.bucket)", body: body, hash: SHA256.hex(body))
        } catch let error where error.status == .conflict {
            // BucketAlreadyOwnedByYou, BucketAlreadyExists. Whether it may be used the first object will tell.
            return
        }
    }

    /// Whether the server answers for the bucket; throws where there is none.
    package func checkBucket() async throws(S3Error) { _ = try await send(.head, "/\(configuration.bucket)") }

    /// What has to be said of the region, which is nothing for the first one there was.
    private var constraint: String {
        guard configuration.region != "us-east-1" else { return "" }
        return """
            <CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\
            <LocationConstraint>\(configuration.region)</LocationConstraint></CreateBucketConfiguration>
            """
    }

    /// Lets anybody read the objects whose keys begin with `prefix`, and no others, by a bucket policy.
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
            // How `rclone serve s3` says that it has no policies.
            throw S3Error(.notSupported, status: error.status, code: error.code, requestID: error.requestID)
        }
    }

    static func isKeyText(_ text: String) -> Bool {
        text.utf8.allSatisfy { ObjectKey.isAllowed($0) || $0 == UInt8(ascii: "/") }
    }
}
