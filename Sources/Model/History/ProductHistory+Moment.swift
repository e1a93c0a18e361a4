import Events
import Postgres

/// A point in the past of products.
package enum Moment: Sendable, Equatable {
    /// While the product had this content version, with the last media revision that it had then.
    case version(Int64)
    /// After the last of the product's events, in the order of the log, whose time is this or earlier. The clocks of
    /// gateways may differ: a product is there from the time of its creation on, whatever the times of later events.
    case time(Timestamp)
}

/// What a product was.
package enum PastProduct: Sendable {
    /// `isSettled`: it can never be told otherwise.
    case product(Product, isSettled: Bool)
    /// It was not there yet, not any more, or never.
    case absent
    case noSuchVersion
}

extension ProductHistory {
    /// Throws what `product(upTo:)` throws.
    package func product(at moment: Moment, _ budget: inout FoldBudget) async throws -> PastProduct {
        let condition: String
        let value: Int64
        switch moment {
        case .version(let version):
            condition = "version = $2"
            value = version
        case .time(let time):
            condition = "occurred_at <= \(Timestamp.sql("$2"))"
            value = time.milliseconds
        }
        let rows = try await pool.query(
            """
            select \(ProductState.columns), (
                select max(change.log_offset) from warelog.product_changes change
                where change.product_id = $1 and change.\(condition)
            ) as last_change
            from warelog.product_states where id = $1
            """, [.int(id.value), .int(value)]
        ).rows
        guard let row = rows.first else { return .absent }
        let now = try ProductState(row: row)
        guard let change = try row.optionalInt("last_change") else {
            return if case .version = moment { .noSuchVersion } else { .absent }
        }
        let isNow = change >= now.position.offset
        let past = isNow ? now.product : try await product(upTo: change, &budget)
        guard let past, !past.isDeleted else { return .absent }
        switch moment {
        case .version: return .product(past, isSettled: past.version < now.product.version)
        case .time(let time): return past.createdAt <= time ? .product(past, isSettled: false) : .absent
        }
    }
}

extension Timestamp {
    /// A parameter of milliseconds as Postgres' time.
    package static func sql(_ parameter: String) -> String {
        "timestamptz 'epoch' + \(parameter)::bigint * interval '1 millisecond'"
    }
}
