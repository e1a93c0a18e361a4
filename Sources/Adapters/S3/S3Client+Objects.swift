import Base
import Cryptography
import HTTPMessages

/// An object as a listing shows it.
package struct StoredObject: Sendable, Equatable {
    package let key: String
    package let bytes: Int
    /// When it was stored: RFC 3339, in UTC.
    package let lastModified: String
}

/// Many objects at once.
extension S3Client {
    /// What S3 lists, and deletes, at once.
    package static let maximumObjects = 1000

    /// The objects whose keys begin with `prefix`, in the order of their keys' bytes, a page at a time: at most 1,000 after
    /// the key `after`.
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

    /// Deletes at most 1,000 objects. Also fine for those that are not there. Throws when one of them may be left.
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
        // A success that lists what it did not do (DeleteObjects).
        if XMLDocument(response.body)["Code"] != nil { throw S3Error(response) }
    }

    /// Of what keys are made of only the slash has to be encoded.
    private static func encodeQuery(_ text: String) -> String {
        text.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "%2F")
    }
}
