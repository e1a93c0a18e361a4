import Events
import Postgres

extension ListQuery {
    /// Goes before `statement`, in its transaction.
    ///
    /// With a filter, the best index depends on how many products it leaves: the plan is made for these values, not
    /// for any, and by the number of pages, wherever they are, as for memory and disks without a head. Without one, the
    /// best index is that of the order, whatever the statistics know of the user. A page is one core's work.
    func planning(sorts: Bool) -> PostgresStatement {
        PostgresStatement(
            """
            select set_config('plan_cache_mode', 'force_custom_plan', true),
                   set_config('random_page_cost', '1.1', true), set_config('enable_sort', $1, true),
                   set_config('max_parallel_workers_per_gather', '0', true)
            """, [.text(sorts ? "on" : "off")])
    }

    /// The list is one range of the index of its order.
    var isOneRange: Bool {
        list.name == nil && (list.order.key == .price || list.minimumPrice == nil && list.maximumPrice == nil)
    }

    /// The rows of the page, with their `sort_key`, and one more when there is another page.
    ///
    /// What it costs does not grow with the number of the page: the comparison of (key, id) with the cursor's is where
    /// the index of the order is entered.
    /// - Without a filter, and with prices in the order of prices, a page reads the index entries that it returns.
    /// - With a filter, Postgres takes the cheaper of two ways: through the order's index from the cursor on, for as
    ///   long as it takes to find a page of matches; or all matches of the price (index by price) or of the text
    ///   (trigrams), sorted. Matches that are frequent are found soon, rare ones are few: with n products of the user,
    ///   the better way takes about √(limit × n) index entries, 10,000 for a million, if the matches lie scattered in
    ///   the order.
    /// - Where they lie together, far from the cursor, or where the text is rare and of one or two characters, which
    ///   have no trigrams, the bound is the index: the entries of this user's products, each at most once for a page.
    ///   They hold what the filters ask about, so that no rows are read for them (10,000 pages, or a quarter of a
    ///   second, for a million products), but for those that have changed since the last vacuum.
    ///
    /// The rows are read for the products of the page only, which the inner query has found in the index alone.
    var statement: PostgresStatement {
        var parameters = StatementParameters()
        let key = list.order.key.column.name
        let direction = list.order.direction
        var terms = ["user_id = \(parameters.bind(.int(list.userID.value), "bigint"))"]
        terms += filters(usingTrigrams: true, &parameters)
        if let after { terms.append(behind(after, &parameters)) }
        let sql = """
            select \(ProductDocument.columns), page.sort_key::text as sort_key
            from (
                select id, \(key) as sort_key from warelog.product_search
                where \(terms.joined(separator: " and "))
                order by \(key) \(direction), id \(direction) limit \(parameters.bind(.int(limit + 1), "bigint"))
            ) page join warelog.product_states using (id)
            order by page.sort_key \(direction), id \(direction)
            """
        return PostgresStatement(sql, parameters.values)
    }

    /// What the list asks about `product_price` and `search_name`.
    func filters(usingTrigrams: Bool, _ parameters: inout StatementParameters) -> [String] {
        var terms: [String] = []
        for (comparison, price) in [(">=", list.minimumPrice), ("<=", list.maximumPrice)] {
            guard let price else { continue }
            terms.append("product_price \(comparison) \(parameters.bind(.text(price.description), "numeric"))")
        }
        if let name = list.name {
            let text = parameters.bind(.text(name), "text")
            terms.append(
                usingTrigrams && Self.hasTrigrams(name)
                    ? "search_name like warelog.search_pattern(\(text))"
                    : "position(warelog.search_text(\(text)) in search_name) > 0")
        }
        return terms
    }

    /// The condition for what comes behind a place in the list's order.
    func behind(_ place: ListCursor, _ parameters: inout StatementParameters) -> String {
        let (key, type) = list.order.key.column
        let values = "\(parameters.bind(.text(place.key), type)), \(parameters.bind(.int(place.id.value), "bigint"))"
        return "(\(key), id) \(list.order.isDescending ? "<" : ">") (\(values))"
    }

    /// Three letters or digits in a row. Without, the index of trigrams would give all products of the user, which
    /// Postgres does not expect: such a text is looked for in an expression that this index does not know.
    private static func hasTrigrams(_ text: String) -> Bool {
        var run = 0
        for character in text {
            run = character.isLetter || character.isNumber ? run + 1 : 0
            if run == 3 { return true }
        }
        return false
    }
}

extension ListOrder {
    var direction: String { isDescending ? "desc" : "asc" }
}

extension ListOrder.Key {
    /// In `warelog.product_search`, with its type.
    var column: (name: String, type: String) {
        switch self {
        case .createdAt: ("created_at", "timestamptz")
        case .price: ("product_price", "numeric")
        case .name: ("search_name", "text")
        }
    }
}
