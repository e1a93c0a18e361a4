package import Events

/// A user whom an event changed, and the position of that event.
package struct UserRow: ReadModelRow, Sendable {
    package let user: User
    package let position: LogPosition

    package static var tableName: String { ReadModelTable.users.rawValue }
    package static let columns: [ReadModelColumn<UserRow>] = [
        .int("id") { $0.user.id.value },
        .int32("log_partition", isFixed: true) { $0.position.partition },
        .int("log_offset") { $0.position.offset },
        .text("name") { $0.user.name },
        .time("created_at", isFixed: true) { $0.user.createdAt.milliseconds },
    ]
    package static var onConflict: ConflictRule { .replaces(key: ["id"], condition: nil) }
}
