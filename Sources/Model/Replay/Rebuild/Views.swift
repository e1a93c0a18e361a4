import Postgres

/// Makes the views of the live generation, in the transaction that is open on a connection.
struct Views: Sendable {
    private let connection: PostgresConnection
    private let files: SchemaFiles

    init(_ connection: PostgresConnection, _ files: SchemaFiles) {
        self.connection = connection
        self.files = files
    }

    /// Makes the views show `schema`, which has the definition of this program. With `anew`, the present views are
    /// dropped first, because they may have columns that this definition does not have, and their grants are repeated.
    /// Another view that reads one of them prevents that, and the error names it.
    func show(_ schema: String, anew: Bool) async throws {
        var (drops, grants) = ("", "")
        if anew, let row = try await connection.query(Self.remaking).rows.first {
            drops = try row.text("drops")
            grants = try row.text("grants")
        }
        try await connection.simple(
            "\(drops); set local search_path = \(schema); \(try files.readModel(.views)); \(grants)")
    }

    /// Selects the statements that drop the views of the read model's tables, and those that repeat their grants.
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

extension PostgresError {
    /// Whether a view cannot be replaced, because it has columns that the new one lacks or that have other types.
    var isOtherColumns: Bool { sqlState == "42P16" }
}
