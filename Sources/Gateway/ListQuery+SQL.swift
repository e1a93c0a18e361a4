import Events
import Postgres

extension ListQuery {
    /// The rows of the page, with their `sort_key`, and one more when there is another page.
    ///
    /// What it costs does not grow with the number of the page: the comparison of (key, id) with the cursor's is where
    /// the index of the order is entered.
    /// - Without a filter, and with prices in the order of prices, a page reads the index entries that it returns.
    /// - With a filter, Postgres takes the cheaper of two ways: through the order's index from the cursor on, for as long
    ///   as it takes to find a page of matches; or all matches of the price (index by price) or of the text (trigrams),
    ///   sorted. Matches that are frequent are found soon, rare ones are few: with n products of the user, the better way
    ///   takes about √(limit × n) index entries, 10,000 for a million, if the matches lie scattered in the order.
    /// - Where they lie together, far from the cursor, or where the text is of one or two characters, which have no
    ///   trigrams, and rare, the bound is the index: the entries of this user's products, each at most once for a page.
    ///   They hold what the filters ask about, so that no rows are read for them (8,000 pages, or a tenth of a second,
    ///   for a million products).
    ///
    /// The rows are read for the products of the page only, which the inner query has found in the index alone.
    var statement: PostgresStatement {
        var parameters: [PostgresValue] = []
        func bind(_ value: PostgresValue, _ type: String) -> String {
            parameters.append(value)
            return "$\(parameters.count)::\(type)"
        }
        let (key, type) = list.order.key.column
        let (direction, behind) = list.order.isDescending ? ("desc", "<") : ("asc", ">")
        var terms = ["user_id = \(bind(.int(list.userID.value), "bigint"))"]
        if let price = list.minimumPrice { terms.append("product_price >= \(bind(.text(price.description), "numeric"))") }
        if let price = list.maximumPrice { terms.append("product_price <= \(bind(.text(price.description), "numeric"))") }
        if let name = list.name { terms.append("search_name like warelog.search_pattern(\(bind(.text(name), "text")))") }
        if let after {
            terms.append("(\(key), id) \(behind) (\(bind(.text(after.key), type)), \(bind(.int(after.id.value), "bigint")))")
        }
        let sql = """
            select \(ProductDocument.columns), page.sort_key::text as sort_key
            from (
                select id, \(key) as sort_key from warelog.product_search
                where \(terms.joined(separator: " and "))
                order by \(key) \(direction), id \(direction) limit \(bind(.int(limit + 1), "bigint"))
            ) page join products using (id)
            order by page.sort_key \(direction), id \(direction)
            """
        return PostgresStatement(sql, parameters)
    }
}

extension ListOrder.Key {
    /// In `warelog.product_search`, with its type.
    fileprivate var column: (name: String, type: String) {
        switch self {
        case .createdAt: ("created_at", "timestamptz")
        case .price: ("product_price", "numeric")
        case .name: ("search_name", "text")
        }
    }
}
