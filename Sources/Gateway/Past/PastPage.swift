import EventLog
import Events
import History
import Postgres

/// Makes a page of a list as it was at a time.
///
/// A product that has not changed since is in its row as it was. The others are folded from their events, and then take
/// part in the filters and the order with what they were. How many that may be is bounded. In the order of creation,
/// which does not change, a page that meets the bound ends there: it is shorter, perhaps empty, and the next one goes
/// on. In every other order each product can be anywhere, so there the whole list has to be within the bound.
struct PastPage: Sendable {
    /// What may be looked at for one page: products of the user, those of them that are folded, and their events.
    struct Bound: Sendable {
        var products: Int
        var folded: Int
        var events = FoldBudget.eventsOfRequest

        static let part = Bound(products: 2000, folded: 100)
        static let whole = Bound(products: 10_000, folded: 1000)
    }

    let query: ListQuery
    let time: Timestamp
    let pool: PostgresPool
    let history: @Sendable (ProductID) -> ProductHistory

    private var isInParts: Bool { query.list.order.key == .createdAt }

    /// Throws `HistoryTooLong`, and what reads of the log throw.
    func load(_ bound: Bound? = nil) async throws -> ProductPage {
        let bound = bound ?? (isInParts ? .part : .whole)
        let window = try await PastWindow.load(self, bound)
        if window.end != nil, !isInParts { throw HistoryTooLong() }
        let (folded, end) = try await fold(window, FoldBudget(events: bound.events))
        let statement = query.past(at: time, folded: folded.map(\.value), upTo: end)
        let rows = try await pool.transaction([query.planning(sorts: true), statement])[1].rows
        var page: [(document: ProductDocument, place: ListCursor)] = []
        for row in rows.prefix(query.limit) {
            let document: ProductDocument
            if try row.isNull("user_id") {
                guard let id = ProductID(try row.int("page_id")), let product = folded[id] else { continue }
                document = ProductDocument(product)
            } else {
                document = try ProductDocument(row: row)
            }
            page.append((document, ListCursor(key: try row.text("sort_key"), id: document.id)))
        }
        return ProductPage(
            products: page.map(\.document), end: rows.count > query.limit ? page.last?.place : end)
    }

    /// The changed products of the window as they were, as far as the budget goes, and where that ends.
    private func fold(
        _ window: PastWindow, _ budget: FoldBudget
    ) async throws -> (products: [ProductID: Product], end: ListCursor?) {
        var budget = budget
        var products: [ProductID: Product] = [:]
        var last: ListCursor?
        for changed in window.changed {
            do {
                let product = try await history(changed.place.id).product(upTo: changed.lastChange, &budget)
                if let product, !product.isDeleted { products[product.id] = product }
            } catch let error as HistoryTooLong {
                guard isInParts, let last else { throw error }
                return (products, last)
            }
            last = changed.place
        }
        return (products, window.end)
    }
}

/// The products that a page as of a time has to look at.
struct PastWindow: Sendable {
    struct Changed: Sendable {
        let place: ListCursor
        /// Offset of its last change at the time; -1 where it has none.
        let lastChange: Int64
    }

    /// Those that have changed since, in the order of creation.
    let changed: [Changed]
    /// The last place in the order of creation that is looked at; nil when that is the end.
    let end: ListCursor?

    static func load(_ page: PastPage, _ bound: PastPage.Bound) async throws -> PastWindow {
        let rows = try await page.pool.transaction([
            page.query.planning(sorts: true), page.query.window(at: page.time, bound),
        ])[1].rows
        var changed: [Changed] = []
        var end: ListCursor?
        for row in rows {
            guard let id = ProductID(try row.int("id")) else { continue }
            let number = try row.int("number")
            // Whatever is behind the last place that may be looked at says that there is more.
            if number > Int64(bound.products) || changed.count == bound.folded {
                return PastWindow(changed: changed, end: end)
            }
            end = ListCursor(key: try row.text("created_at"), id: id)
            guard try row.bool("is_changed"), let place = end else { continue }
            changed.append(Changed(place: place, lastChange: try row.optionalInt("last_change") ?? -1))
        }
        return PastWindow(changed: changed, end: nil)
    }
}
