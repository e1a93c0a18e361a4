import Events
import Postgres

extension ListQuery {
    /// Settings for the planner. This statement runs before `statement`, in the same transaction.
    ///
    /// With a filter, the best index depends on the number of matches, so Postgres plans for the given values and with
    /// the page costs of memory and solid-state disks. Without a filter, the index of the order is always the best one,
    /// whatever the statistics say. One page uses one core.
    func planning(sorts: Bool) -> PostgresStatement {
        PostgresStatement(
            """
            select set_config('plan_cache_mode', 'force_custom_plan', true),
                   set_config('random_page_cost', '1.1', true), set_config('enable_sort', $1, true),
                   set_config('max_parallel_workers_per_gather', '0', true)
            """, [.text(sorts ? "on" : "off")])
    }

    /// Whether the list is one range of the index of its order.
    var isOneRange: Bool {
        list.name == nil && (list.order.key == .price || list.minimumPrice == nil && list.maximumPrice == nil)
    }

    /// Returns the rows of the page with their `sort_key`, and one more row if there is another page.
    ///
    /// The cost does not grow with the number of the page, because the comparison of (key, id) with the cursor selects
    /// the position in the index at which the scan begins.
    /// - Without a filter, or with a filter by price in the order of prices, a page reads only the index entries that
    ///   it returns.
    /// - With another filter, Postgres takes the cheaper of two plans. It scans the index of the order from the cursor
    ///   until it has found a page of matches, or it sorts all matches from the index of prices or of trigrams.
    ///   Frequent matches are found soon, and rare matches are few. For a user with n products whose matches are
    ///   scattered, the cheaper plan reads about √(limit × n) index entries: 10,000 for a million products.
    /// - If the matches lie together and far from the cursor, or if the text is rare and has no trigram because it is
    ///   one or two characters long, a page reads each index entry of the user (in a list of all products, each entry)
    ///   at most once. The entries contain the
    ///   filtered columns, so rows are read only for products that changed after the last vacuum (10,000 pages, or a
    ///   quarter of a second, for a million products).
    ///
    /// The inner query finds the page in the index alone, and rows are read only for the products of the page.
    var statement: PostgresStatement {
        var parameters = StatementParameters()
        let key = list.order.key.column.name
        let direction = list.order.direction
        let owned = ["true"] + owner(&parameters)
        var terms = owned + prices(&parameters)
        if let after { terms.append(behind(after, &parameters)) }
        let limit = parameters.bind(.int(limit + 1), "bigint")
        let order = "order by sort_key \(direction), id \(direction) limit \(limit)"
        func part(_ relation: String, _ conditions: [String]) -> String {
            "select id, \(key) as sort_key from \(relation) where "
                + (terms + conditions).joined(separator: " and ")
        }
        var page = "\(part("warelog.product_search", [])) \(order)"
        if let name = list.name {
            let found = containment(of: name, usingTrigrams: true, &parameters)
            page = "\(part("warelog.product_search", [found.inSearchName])) \(order)"
            // The names that are too long for an index entry have an index of their own, which is nearly empty. With
            // `offset 0` Postgres reads all of it, and does not look for them through the rest of the list.
            let long = """
                (select * from warelog.product_states
                where \(owned.joined(separator: " and ")) and not is_deleted and \(Self.isLong) offset 0) as long
                """
            let rest = part(long, ["not \(found.inSearchName)", found.inWholeName])
            page = "select * from ((\(page)) union all (\(rest))) as both_parts \(order)"
        }
        let sql = """
            select \(ProductDocument.columns), page.sort_key::text as sort_key
            from (\(page)) page join warelog.product_states using (id)
            order by page.sort_key \(direction), id \(direction)
            """
        return PostgresStatement(sql, parameters.values)
    }

    /// The list's condition on `user_id`: none for the products of all users.
    func owner(_ parameters: inout StatementParameters) -> [String] {
        list.userID.map { ["user_id = \(parameters.bind(.int($0.value), "bigint"))"] } ?? []
    }

    /// The list's conditions on `product_price`.
    private func prices(_ parameters: inout StatementParameters) -> [String] {
        [(">=", list.minimumPrice), ("<=", list.maximumPrice)].compactMap { comparison, price in
            price.map { "product_price \(comparison) \(parameters.bind(.text($0.description), "numeric"))" }
        }
    }

    /// The list's conditions on `product_price`, `search_name` and `product_name`, without an index.
    func filters(_ parameters: inout StatementParameters) -> [String] {
        var terms = prices(&parameters)
        if let name = list.name {
            let found = containment(of: name, usingTrigrams: false, &parameters)
            terms.append("(\(found.inSearchName) or \(Self.isLong) and \(found.inWholeName))")
        }
        return terms
    }

    /// The conditions that a name contains a text: in the part that indexes have, or in the whole of a name of which
    /// they have only a part.
    private func containment(
        of text: String, usingTrigrams: Bool, _ parameters: inout StatementParameters
    ) -> (inSearchName: String, inWholeName: String) {
        let parameter = parameters.bind(.text(text), "text")
        let folded = "warelog.folded_text(\(parameter))"
        return (
            usingTrigrams && Self.hasTrigrams(text)
                ? "search_name like warelog.folded_pattern(\(parameter))" : "position(\(folded) in search_name) > 0",
            "position(\(folded) in warelog.folded_text(product_name)) > 0"
        )
    }

    /// The condition that indexes have only a part of the name.
    private static let isLong = "char_length(search_name) = 600"

    /// The condition for products that come after `place` in the list's order.
    func behind(_ place: ListCursor, _ parameters: inout StatementParameters) -> String {
        let (key, type) = list.order.key.column
        let values = "\(parameters.bind(.text(place.key), type)), \(parameters.bind(.int(place.id.value), "bigint"))"
        return "(\(key), id) \(list.order.isDescending ? "<" : ">") (\(values))"
    }

    /// Whether a text has three letters or digits in a row. For any other text, the index of trigrams would return all
    /// products of the list, which the planner does not expect, so the condition uses an expression without an index.
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
    /// The column of `warelog.product_search` and its type.
    var column: (name: String, type: String) {
        switch self {
        case .createdAt: ("created_at", "timestamptz")
        case .price: ("product_price", "numeric")
        case .name: ("search_name", "text")
        }
    }
}
