/// The tables that the fold fills: COPY loads their rows in binary form, and verification compares them byte for byte.
///
/// Every row begins with three columns of fixed width: the entity's id, and the partition and offset of an event.
package enum ReadModelTable: String, CaseIterable, Sendable {
    case users
    case products
    case productEvents = "product_events"
    case commands

    package var columnNames: [String] {
        switch self {
        case .users: UserRow.columns.map(\.name)
        case .products: ProductRow.columns.map(\.name)
        case .productEvents: ProductEventRow.columns.map(\.name)
        case .commands: CommandRow.columns.map(\.name)
        }
    }

    /// The column list of a statement, in the order in which rows are appended.
    package var columns: String { columnNames.joined(separator: ", ") }
}
