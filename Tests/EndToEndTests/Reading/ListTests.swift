import Events
import Postgres
import Testing

@testable import Gateway

extension EndToEnd {
    /// The read model's part in `GET /products`, with the gateway's own queries.
    @Suite struct ListTests {
        /// A name, a text, and whether the text finds the name.
        private static let searches: [(name: String, text: String, isFound: Bool)] = [
            ("CAFÉ crème", "café", true), ("CAFÉ crème", "cafe CREME", true), ("cafe creme", "É C", true),
            ("Cafe\u{301}", "CAFÉ", true), ("Café", "e\u{301}", true), ("Café", "cafés", false),
            ("Straße", "STRASSE", true), ("STRASSE", "straße", true), ("GROẞ", "gross", true), ("Straße", "SS", true),
            ("100 % Wool_a\\b", "% W", true), ("100 % Wool_a\\b", "l_A\\", true), ("100 % Wool_a\\b", "l%a", false),
            ("100 % Wool_a\\b", "_", true), ("Wool", "_", false), ("Wool", "%", false), ("Wool", "\\", false),
            ("a'b", "'", true),
            ("Wool_a\\b", "wool_A\\", true), ("Wool_a", "wool%a", false), ("Woolxa", "wool_a", false),
            ("100%", "100%", true), ("100％", "100%", true), ("1000", "100%", false),
            ("İSTANBUL", "istanbul", true), ("ıstanbul", "ISTANBUL", true), ("Łódź", "lodz", true),
            ("Ærø", "AERO", true),
            ("ΣΟΦΟΣ", "σοφός", true), ("Ёлка", "елка", true), ("ЁЛКА", "ёлк", true), ("Ｗｉｄｅ ２", "wide 2", true),
            ("ﬁne", "FI", true),
            ("각", "\u{1100}\u{1161}\u{11A8}", true), ("각", "가", false), ("がく", "か\u{3099}", true), ("がく", "か", false),
            ("so\u{AD}ft ze\u{200B}ro", "soft zero", true), ("soft", "so\u{FEFF}f\u{2060}t", true),
            ("soft", "so ft", false),
            ("I \u{2764}\u{FE0F} it", "\u{2764} it", true), ("\u{2764} it", "\u{2764}\u{FE0E}", true),
            ("مُحَمَّد", "محمد", true), ("محمد", "مُحَمَّد", true), ("שָׁלוֹם", "שלום", true), ("שלום", "שָׁ", true),
            ("ไม้", "ไม", true), ("한\u{3164}국", "한국", true), ("日本語の本", "本語", true), ("👩‍🚀 suit", "👩", true),
            ("a  b", "a b", false), ("Wool", " Wool", false),
        ]

        @Test func aNameIsFoundWithoutRegardToCaseAccentsAndEncoding() throws {
            try ListDatabase.run { database in
                for (index, row) in Self.searches.enumerated() {
                    let name = "'" + row.name.replacing("'", with: "''") + "'"
                    let id = index + 1
                    try await database.insert("generate_series(\(id), \(id))", user: "\(id)", name: name)
                    let found = try await database.page("user_id=\(id)&product_name=\(row.text)").products
                    #expect(found.count == (row.isFound ? 1 : 0), "\(row)")
                }
            }
        }

        @Test func theLongestNamesAreKeptFoundAndWalkedThrough() throws {
            try ListDatabase.run { database in
                // Code points that need four bytes each and do not compress: the largest index entries that there are.
                let character = "chr(131072 + (hashint8(i * 10000 + j) & 16383))"
                try await database.insert(
                    "generate_series(1, 50)",
                    name: "(select string_agg(\(character), '') from generate_series(1, 900) j)")
                // The names differ only behind the part that an index entry can hold.
                try await database.insert(
                    "generate_series(101, 150)", user: "2",
                    name: """
                        (select string_agg(\(character), '') from generate_series(1, 900) j)
                        || case i % 3 when 0 then ' needle' when 1 then ' né' || chr(173) || 'edle' else '' end
                        """, price: "i / 100.0")
                try await database.insert("generate_series(151, 160)", user: "2", name: "'a needle ' || i")
                for sort in ListOrder.all {
                    let ids = try await database.walk("user_id=1&limit=7&sort=\(sort.text)")
                    #expect(Set(ids).count == 50 && ids.count == 50, "\(sort.text)")
                    for (text, count) in [("needle", 43), ("NE", 43), ("needle 15", 9), ("needles", 0)] {
                        let found = try await database.walk("user_id=2&limit=7&product_name=\(text)&sort=\(sort.text)")
                        #expect(Set(found).count == count && found.count == count, "\(sort.text) \(text)")
                    }
                    let dear = try await database.walk(
                        "user_id=2&limit=7&product_name=needle&price_min=1.4&price_max=4&sort=\(sort.text)")
                    #expect(dear.count == (140...150).count { $0 % 3 < 2 }, "\(sort.text)")
                }
            }
        }

        @Test func everyOrderIsTotalAndItsReverseIsTheOther() throws {
            try ListDatabase.run { database in
                try await database.insert(
                    "generate_series(1, 1000)", name: "(array['b', 'Ä', 'a', 'Z', 'é'])[1 + i % 5]",
                    price: "(i % 7) / 4.0 + 1",
                    created: "timestamptz '2026-11-21 08:30:00Z' + (i % 11) * interval '1 millisecond'")
                for key in ListOrder.Key.allCases {
                    for filter in [
                        "", "&price_min=1.25&price_max=2", "&product_name=a", "&product_name=E&price_min=1.5",
                    ] {
                        for owner in ["user_id=1&", ""] {
                            let up = try await database.walk("\(owner)limit=9&sort=\(key.rawValue)\(filter)")
                            let down = try await database.walk("\(owner)limit=100&sort=-\(key.rawValue)\(filter)")
                            #expect(up.count > 100 && up == down.reversed(), "\(owner) \(key) \(filter)")
                        }
                    }
                }
                let ofOne = try await database.walk("user_id=1&limit=100")
                #expect(try await database.walk("limit=50") == ofOne)
                try await database.insert("generate_series(2001, 2007)", user: "3", name: "'of another'")
                #expect(try await database.walk("product_name=another&limit=3") == Array(2001...2007))
                #expect(try await database.walk("limit=99").count == 1007)
                let names = try await database.page("user_id=1&sort=product_name&limit=100&price_min=1&price_max=1")
                    .products.map(\.name)
                #expect(names.count == 100 && names.firstIndex(of: "b").map { !names[..<$0].contains("Z") } == true)
                #expect(try await database.page("user_id=2").products.isEmpty)
                #expect(try await database.page("user_id=1&price_min=1.001&price_max=1.009").products.isEmpty)
                #expect(try await database.page("user_id=1&price_min=1e9").products.isEmpty)
                #expect(try await database.page("user_id=1&price_max=1e9").products.count == 100)
            }
        }

        /// The products with even ids exist all the time and keep their keys, which are all the same. Products with odd
        /// ids are created, changed and deleted around them.
        @Test(arguments: ["product_price", "-product_name"])
        func aWalkGivesWhatExistsThroughoutExactlyOnce(_ sort: String) throws {
            try ListDatabase.run { database in
                try await database.insert("generate_series(2, 100000, 2)", name: "'the same'")
                try await database.insert("generate_series(1, 50001, 10)", name: "'the same'")
                var pages = 0
                let ids = try await database.walk("user_id=1&limit=100&sort=\(sort)") {
                    pages += 1
                    let place = (pages * 37) % 5000 * 20
                    func others(_ place: Int) -> String { "id % 2 = 1 and id between \(place) and \(place) + 100" }
                    let new = place + 7
                    try await database.connection.simple(
                        """
                        update read_model_3.products set is_deleted = not is_deleted where \(others(place));
                        update read_model_3.products
                        set product_price = 11 - product_price, product_name = 'other ' || \(pages)
                        where \(others(pages * 200)) or \(others(100_000 - pages * 200));
                        update read_model_3.products set media_revision = media_revision + 1
                        where id between \(pages * 200 - 100) and \(pages * 200 + 100)
                        """)
                    try await database.insert("generate_series(\(new), \(new))", name: "'the same'")
                }
                let even = ids.filter { $0.isMultiple(of: 2) }
                #expect(even.count == 50_000 && Set(even).count == 50_000)
                #expect(pages >= 500)
            }
        }
    }
}

extension ListDatabase {
    /// Returns the ids of the whole list, page by page; `between` runs after each page.
    func walk(_ query: String, between: () async throws -> Void = {}) async throws -> [Int64] {
        var ids: [Int64] = []
        var cursor: ListCursor?
        repeat {
            let page = try await page(query, after: cursor)
            ids += page.products.map(\.id.value)
            cursor = page.end
            try await between()
        } while cursor != nil
        return ids
    }
}
