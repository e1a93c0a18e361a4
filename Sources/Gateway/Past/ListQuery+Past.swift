import Events
import History
import Postgres

extension ListQuery {
    /// Returns, in the order of creation, the products that may have existed at `time` and have changed since, and the
    /// first two products at and after the bound. With a cursor in that order, it returns products after the cursor.
    func window(at time: Timestamp, _ bound: PastPage.Bound) -> PostgresStatement {
        var parameters = StatementParameters()
        let then = Timestamp.sql(parameters.bind(.int(time.milliseconds), "bigint"))
        var terms = owner(&parameters) + ["created_at <= \(then)"]
        if list.order.key == .createdAt, let after { terms.append(behind(after, &parameters)) }
        let condition = terms.joined(separator: " and ")
        let direction = list.order.key == .createdAt ? list.order.direction : "asc"
        let last = parameters.bind(.int(bound.products), "bigint")
        return PostgresStatement(
            """
            select id, created_at::text as created_at, is_changed, number, (
                select max(change.log_offset) from warelog.product_changes change
                where is_changed and change.product_id = place.id and change.occurred_at <= \(then)
            ) as last_change
            from (
                select id, created_at, is_changed,
                       row_number() over (order by created_at \(direction), id \(direction)) as number
                from (
                    select id, created_at, updated_at > \(then) as is_changed from (
                        select id, created_at, updated_at from warelog.product_states
                        where not is_deleted and \(condition)
                        union all
                        select id, created_at, updated_at from warelog.product_states
                        where is_deleted and updated_at > \(then) and \(condition)
                    ) as there
                    order by created_at \(direction), id \(direction) limit \(last) + 1
                ) as first
            ) as place
            where is_changed or number >= \(last)
            order by number limit \(parameters.bind(.int(bound.folded + 2), "bigint"))
            """, parameters.values)
    }

    /// Returns the rows of the page with their `sort_key`, and one more row if there is another page. Unchanged
    /// products have all columns; the `folded` ones have `page_id` only. `end` is the last position that the page may
    /// include.
    func past(at time: Timestamp, folded: [Product], upTo end: ListCursor?) -> PostgresStatement {
        var parameters = StatementParameters()
        let (key, type) = list.order.key.column
        let direction = list.order.direction
        let then = Timestamp.sql(parameters.bind(.int(time.milliseconds), "bigint"))
        let owner = owner(&parameters)
        let products = [
            parameters.bind(.intArray(folded.map(\.id.value)), "bigint[]"),
            parameters.bind(.textArray(folded.map(\.name)), "text[]"),
            parameters.bind(.textArray(folded.map(\.price.description)), "text[]"),
            parameters.bind(.intArray(folded.map(\.createdAt.milliseconds)), "bigint[]"),
        ].joined(separator: ", ")
        // The index of names is not used, because the number of products is bounded.
        var terms = filters(&parameters)
        if let after { terms.append(behind(after, &parameters)) }
        if let end {
            let place = "\(parameters.bind(.text(end.key), type)), \(parameters.bind(.int(end.id.value), "bigint"))"
            terms.append("(created_at, id) \(list.order.isDescending ? ">=" : "<=") (\(place))")
        }
        let condition = (["true"] + owner + terms).joined(separator: " and ")
        return PostgresStatement(
            """
            select page.id as page_id, page.sort_key::text as sort_key, there.*
            from (
                select id, is_folded, sort_key from (
                    select id, false as is_folded, \(key) as sort_key from warelog.product_states
                    where not is_deleted and created_at <= \(then) and updated_at <= \(then) and \(condition)
                    union all
                    select id, true, \(key) from (
                        select id, name as product_name, price::numeric as product_price,
                               left(warelog.folded_text(name), 600) collate "C" as search_name,
                               \(Timestamp.sql("created")) as created_at
                        from unnest(\(products)) as x(id, name, price, created)
                    ) as folded where \((["true"] + terms).joined(separator: " and "))
                ) as both_kinds
                order by sort_key \(direction), id \(direction) limit \(parameters.bind(.int(limit + 1), "bigint"))
            ) as page
            left join lateral (
                select \(ProductDocument.columns) from warelog.product_states where id = page.id and not page.is_folded
            ) as there on true
            order by page.sort_key \(direction), page.id \(direction)
            """, parameters.values)
    }
}
