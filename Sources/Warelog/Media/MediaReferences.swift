import Events
import Postgres

/// The keys of the objects that products refer to, in the order of their bytes, a page at a time.
struct MediaReferences {
    /// Selects the keys that the images of products refer to; deleted products refer to none.
    static let renditions = """
        select distinct (r->>'object_key') collate "C" as reference
        from warelog.product_states p, json_array_elements(p.images::json) i, json_array_elements(i->'renditions') r
        where not p.is_deleted order by 1
        """

    /// Selects the sources of uploaded images: the name is at the end, so their order is that of the keys.
    static let uploads = """
        select distinct (i->>'source') collate "C" as reference
        from warelog.product_states p, json_array_elements(p.images::json) i
        where not p.is_deleted and i->>'source' like 'urn:warelog:upload:%' order by 1
        """

    private static let pageSize = 1000

    private let connection: PostgresConnection
    private let key: @Sendable (String) -> String?
    private var last = ""
    private var page: [String] = []
    private var index = 0
    private var isAtEnd = false

    /// Opens a cursor for `query` in the present transaction, and closes an earlier one. `key` makes the object's key
    /// of a reference, or nil.
    init(
        _ connection: PostgresConnection, _ query: String, key: @escaping @Sendable (String) -> String? = { $0 }
    ) async throws {
        self.connection = connection
        self.key = key
        _ = try await connection.simple("close all; declare warelog_references cursor for \(query)")
    }

    /// Whether `key` is referred to. Callers ask for keys in their order.
    mutating func contain(_ key: String) async throws -> Bool {
        while true {
            while index < page.count, page[index].utf8.lexicographicallyPrecedes(key.utf8) { index += 1 }
            if index < page.count { return page[index].utf8.elementsEqual(key.utf8) }
            if isAtEnd { return false }
            try await fetch()
        }
    }

    private mutating func fetch() async throws {
        let rows = try await connection.query("fetch \(Self.pageSize) from warelog_references").rows
        page = try rows.compactMap { row in key(try row.text("reference")) }
        // A merge of lists in different orders would miss references.
        for key in page {
            guard last.utf8.lexicographicallyPrecedes(key.utf8) else { throw MediaFault.unordered }
            last = key
        }
        index = 0
        isAtEnd = rows.count < Self.pageSize
    }
}
