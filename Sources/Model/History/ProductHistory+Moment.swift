package import Events
import Postgres

/// A point in the past of a product.
package enum Moment: Sendable, Equatable {
    /// The last moment at which the product had this content version.
    case version(Int64)
    /// The moment after the last event of the product, in the order of the log, whose time is this or earlier. The
    /// clocks of gateways may differ: a product exists from the time of its creation on, whatever the times of later
    /// events are.
    case time(Timestamp)
}

/// The state of a product in the past.
package enum PastProduct: Sendable {
    /// The product existed. `isSettled` tells whether this answer can never change.
    case product(Product, isSettled: Bool)
    /// The product did not exist yet, did not exist any more, or never existed.
    case absent
    case noSuchVersion
}

extension ProductHistory {
    /// The state of the product at that moment. Throws the errors of `product(upTo:)`.
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
    /// An SQL expression for the time of a parameter in milliseconds.
    package static func sql(_ parameter: String) -> String {
        "timestamptz 'epoch' + \(parameter)::bigint * interval '1 millisecond'"
    }
}
