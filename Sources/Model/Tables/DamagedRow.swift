/// A row of the read model that the fold cannot have written.
package struct DamagedRow: Error, CustomStringConvertible {
    package let table: String

    package init(table: String) { self.table = table }

    package var description: String { "a row of \(table) is damaged: run `warelog rebuild`" }
}
