import Base
import Cryptography
import HTTPClient
import HTTPMessages

/// The requests of a multipart upload.
extension S3Client {
    /// Starts a multipart upload and returns its id. Cancelling the task does not stop the request, because the id is
    /// needed to abort the upload.
    func createMultipartUpload(_ key: ObjectKey, contentType: String) async throws(S3Error) -> String {
        let response = try await send(
            .post, "\(path(key))?uploads=", ["Content-Type": contentType], survivesCancellation: true)
        guard let id = XMLDocument(response.body)["UploadId"], !id.isEmpty else {
            throw S3Error(.transfer(.malformedResponse))
        }
        return id
    }

    /// Uploads a part and returns its entity tag. Parts are numbered from 1.
    func uploadPart(
        _ number: Int, _ bytes: [UInt8], of key: ObjectKey, _ uploadID: String
    ) async throws(S3Error) -> String {
        let response = try await send(
            .put, "\(path(key))?partNumber=\(number)&uploadId=\(PercentEncoding.encode(uploadID))", body: bytes,
            hash: SHA256.hex(bytes))
        guard let tag = response.headers["ETag"] else { throw S3Error(.transfer(.malformedResponse)) }
        return tag
    }

    /// Combines the parts with these entity tags into an object.
    func completeMultipartUpload(_ key: ObjectKey, _ uploadID: String, parts: [String]) async throws(S3Error) {
        let entries = parts.enumerated().map { index, tag in
            "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(Self.escape(tag))</ETag></Part>"
        }
        let body = Array(
            """
            <CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\(entries.joined())\
            </CompleteMultipartUpload>
            """.utf8)
        let response = try await send(
            .post, "\(path(key))?uploadId=\(PercentEncoding.encode(uploadID))", ["Content-Type": "application/xml"],
            body: body,
            hash: SHA256.hex(body))
        // "A 200 OK response can contain either a success or an error" (CompleteMultipartUpload).
        if XMLDocument(response.body)["Code"] != nil { throw S3Error(response) }
    }

    /// Deletes the parts. Succeeds if there is no such upload. Cancelling the task does not stop the request.
    func abortMultipartUpload(_ key: ObjectKey, _ uploadID: String) async throws(S3Error) {
        do {
            _ = try await send(
                .delete, "\(path(key))?uploadId=\(PercentEncoding.encode(uploadID))", survivesCancellation: true)
        } catch let error where error.reason == .notFound {
            return  // there is no such upload
        }
    }

    private static func escape(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.append(character)
            }
        }
    }
}
