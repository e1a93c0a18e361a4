import Events
import Postgres

/// The keys of the objects that products refer to, in the order of their bytes, a page at a time.
struct MediaReferences {
    /// What a product's image, whatever became of it, refers to; deleted products refer to nothing.
    static let renditions = """
        select distinct (r->>'object_key') collate "C" as reference
        from warelog.product_states p, json_array_elements(p.images::json) i, json_array_elements(i->'renditions') r
        where not p.is_deleted order by 1
        """

    /// Sources of images that came by their bytes: the name is at the end, so their order is that of the keys.
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

    /// Within a transaction that lasts as long as this is used; the one before is closed. `key` is the key of what
    /// `query` gives, if it has one.
    init(
        _ connection: PostgresConnection, _ query: String, key: @escaping @Sendable (String) -> String? = { $0 }
    ) async throws {
        self.connection = connection
        self.key = key
        _ = try await connection.simple("close all; declare warelog_references cursor for \(query)")
    }

    /// Whether `key` is referred to. Keys are asked for in their order.
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
        // A merge of lists that are not in one order would miss references.
        for key in page {
            guard last.utf8.lexicographicallyPrecedes(key.utf8) else { throw MediaFault.unordered }
            last = key
        }
        index = 0
        isAtEnd = rows.count < Self.pageSize
    }
}
