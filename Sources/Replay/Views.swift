import Postgres

/// The views that others read the live generation by, made in the transaction that is open on a connection.
struct Views: Sendable {
    /// SQLSTATE of a view that cannot be replaced: it has columns that the new one has not, or of other types.
    private static let otherColumns = "42P16"

    private let connection: PostgresConnection
    private let files: SchemaFiles

    init(_ connection: PostgresConnection, _ files: SchemaFiles) {
        self.connection = connection
        self.files = files
    }

    /// Shows `schema`, whose definition is this program's. Views of another definition, with columns that this one does
    /// not have, are made anew, and what was granted on them is granted again; a view of somebody else's that reads one
    /// of them keeps that from happening, and the error names it.
    func show(_ schema: String) async throws {
        let replacement = "set local search_path = \(schema); \(try files.readModel(.views))"
        try await connection.simple("savepoint views")
        do throws(PostgresError) {
            try await connection.simple(replacement)
        } catch {
            guard error.sqlState == Self.otherColumns else { throw error }
            try await connection.simple("rollback to savepoint views")
            try await replace(by: replacement)
        }
    }

    private func replace(by replacement: String) async throws(PostgresError) {
        for row in try await connection.query(Self.remaking).rows {
            let drops = try row.text("drops")
            let grants = try row.text("grants")
            try await connection.simple("\(drops); \(replacement); \(grants)")
        }
    }

    /// What drops the views of the read model's tables, and what grants again what is granted on them now.
    private static let remaking = """
        with shown as (
            select c.oid, format('%I.%I', n.nspname, c.relname) as name, c.relacl, c.relowner
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'v' and n.nspname in ('public', 'warelog') and exists (
                select from pg_depend d join pg_rewrite r on r.oid = d.objid
                join pg_class t on t.oid = d.refobjid join pg_namespace s on s.oid = t.relnamespace
                where d.classid = 'pg_rewrite'::regclass and r.ev_class = c.oid and s.nspname ~ '^read_model_[0-9]+$')
        )
        select 'drop view ' || string_agg(name, ', ') as drops, coalesce((
                select string_agg(
                    format('grant %s on %s to %s', a.privilege_type, name,
                           case when a.grantee = 0 then 'public' else a.grantee::regrole::text end), '; ')
                from shown, aclexplode(relacl) a where a.grantee <> relowner
            ), '') as grants
        from shown
        """
}
