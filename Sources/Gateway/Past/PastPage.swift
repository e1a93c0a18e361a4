import EventLog
import Events
import History
import Postgres

/// Makes a page of a list as it was at a time.
///
/// The row of a product that has not changed since that time is still valid. The page folds the other products from
/// their events and applies the filters and the order to the result. The number of these products is bounded. In the
/// order of creation, which never changes, a page that reaches the bound ends there: it may be short or empty, and the
/// next page continues. In every other order a changed product can have any position, so the whole list must be within
/// the bound.
struct PastPage: Sendable {
    /// The limits of one page: the products of the user, the products among them that are folded, and their events.
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

    /// Throws `HistoryTooLong` if the list exceeds the bound, and the errors of reading the log.
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

    /// Folds the changed products of the window until the budget is spent, and returns them with the end of the page.
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

/// The products that a page of a past list has to consider.
struct PastWindow: Sendable {
    struct Changed: Sendable {
        let place: ListCursor
        /// The offset of the product's last change at that time; -1 if it has none.
        let lastChange: Int64
    }

    /// The products that have changed since that time, in the order of creation.
    let changed: [Changed]
    /// The last position in the order of creation that the page considers; nil at the end of the list.
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
            // A product after the last permitted position means that there is another page.
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
