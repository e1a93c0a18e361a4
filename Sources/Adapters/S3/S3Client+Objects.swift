import Base
import Cryptography
import HTTPClient
import HTTPMessages

/// An object in a listing.
package struct StoredObject: Sendable, Equatable {
    package let key: String
    package let bytes: Int
    /// The time when the object was stored: RFC 3339, in UTC.
    package let lastModified: String
}

/// Requests about many objects at once.
extension S3Client {
    /// Returns a page of the objects whose keys begin with `prefix`, in the order of their keys' bytes: at most 1,000
    /// after the key `after`.
    package func objects(prefix: String, after: String? = nil) async throws(S3Error) -> [StoredObject] {
        guard Self.isKeyText(prefix + (after ?? "")) else { throw S3Error(.invalidKey) }
        var query = "list-type=2&prefix=\(Self.encodeQuery(prefix))"
        if let after { query += "&start-after=\(Self.encodeQuery(after))" }
        let response = try await send(.get, "/\(configuration.bucket)?\(query)")
        var objects: [StoredObject] = []
        for entry in XMLDocument(response.body).elements("Contents") {
            guard let key = entry["Key"], let bytes = entry["Size"].flatMap({ Int($0) }),
                let lastModified = entry["LastModified"]
            else { throw S3Error(.transfer(.malformedResponse)) }
            objects.append(StoredObject(key: key, bytes: bytes, lastModified: lastModified))
        }
        return objects
    }

    /// Deletes at most 1,000 objects. Objects that do not exist are no error. Throws if an object may be left.
    package func delete(keys: [String]) async throws(S3Error) {
        if keys.isEmpty { return }
        var entries = ""
        for key in keys { entries += "<Object><Key>\(try ObjectKey(key))</Key></Object>" }
        let body = Array(
            """
            <Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>\(entries)</Delete>
            """.utf8)
        let digest = SHA256.digest(body)
        let response = try await send(
            .post, "/\(configuration.bucket)?delete=",
            ["Content-Type": "application/xml", Self.checksumHeader: Base64.text(digest)], body: body,
            hash: Hexadecimal.text(digest))
        // A successful response can list objects that were not deleted (DeleteObjects).
        if XMLDocument(response.body)["Code"] != nil { throw S3Error(response) }
    }

    /// Encodes the slash, the only character of a key that needs it in a query.
    private static func encodeQuery(_ text: String) -> String {
        text.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "%2F")
    }
}
