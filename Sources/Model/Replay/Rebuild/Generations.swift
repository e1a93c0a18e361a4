package import Postgres
import ReadModel

/// The generations of the read model in a database, and the files that they are made from.
package struct Generations: Sendable {
    package enum State: String, Sendable {
        case building, live, standby
    }

    package struct Generation: Sendable {
        package let number: Int
        package let definition: Int
        package let state: State
        package let phase: String
        package let folded: Int64
        package let total: Int64
        /// The last report as JSON; nil before the first verification.
        package let verification: String?
        package let isVerified: Bool
        package let startedAt: String

        package var schema: String { ReadModel.schema(of: number) }
    }

    private let connection: PostgresConnection
    private let files: SchemaFiles

    package init(_ connection: PostgresConnection, _ files: SchemaFiles) {
        self.connection = connection
        self.files = files
    }

    /// All generations, in the order of their numbers. Throws when one is in a state that this program does not know: a
    /// newer program is at work.
    package func all() async throws -> [Generation] {
        let rows = try await connection.query(
            """
            select generation, definition, state, phase, folded, total, verification::text as verification,
                   is_verified,
                   to_char(started_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as started_at
            from warelog.read_models order by generation
            """
        ).rows
        var generations: [Generation] = []
        for row in rows {
            let (number, name) = (Int(try row.int("generation")), try row.text("state"))
            guard let state = State(rawValue: name) else {
                throw ReplayFault.unknownState(generation: number, state: name)
            }
            generations.append(
                Generation(
                    number: number, definition: Int(try row.int("definition")),
                    state: state, phase: try row.text("phase"),
                    folded: try row.int("folded"), total: try row.int("total"),
                    verification: try row.optionalText("verification"),
                    isVerified: try row.bool("is_verified"), startedAt: try row.text("started_at")))
        }
        return generations
    }

    package func find(_ state: State) async throws -> Generation? {
        try await all().first { $0.state == state }
    }

    /// Creates the first generation, empty and live, unless there is one; the projector fills it. Safe to run twice.
    package func createFirst() async throws -> Bool {
        guard try await find(.live) == nil else { return false }
        let number = try await next()
        try await connection.simple(
            """
            begin;
            insert into warelog.read_models (generation, definition, state)
            values (\(number), \(ReadModel.definition), 'live');
            create schema \(ReadModel.schema(of: number));
            set local search_path = \(ReadModel.schema(of: number));
            \(try files.readModel(.tables));
            \(try ReadModelTable.allCases.map { try files.indexes(of: $0) }.joined(separator: ";\n"));
            \(try files.readModel(.views));
            commit
            """)
        return true
    }

    /// Creates a generation to be filled: tables without indexes.
    package func create() async throws -> Generation {
        let number = try await next()
        try await connection.simple(
            """
            begin;
            insert into warelog.read_models (generation, definition, state, phase)
            values (\(number), \(ReadModel.definition), 'building', 'loading');
            create schema \(ReadModel.schema(of: number));
            set local search_path = \(ReadModel.schema(of: number));
            \(try files.readModel(.tables));
            commit
            """)
        guard let generation = try await find(.building) else { throw ReplayFault.noGeneration("building") }
        return generation
    }

    /// Removes a generation that is not live, and all its tables.
    package func drop(_ generation: Generation) async throws {
        try await connection.simple(
            """
            begin;
            set local client_min_messages = warning;
            do $$ begin
                delete from warelog.read_models where generation = \(generation.number) and state <> 'live';
                if not found then raise exception '\(generation.schema) is live, or gone'; end if;
            end $$;
            drop schema if exists \(generation.schema) cascade;
            commit
            """)
    }

    package func note(_ number: Int, phase: String, folded: Int64? = nil, total: Int64? = nil)
        async throws(PostgresError)
    {
        _ = try await connection.query(
            """
            update warelog.read_models set phase = $2, folded = coalesce($3::bigint, folded),
                total = coalesce($4::bigint, total), changed_at = now()
            where generation = $1
            """, [.int(Int64(number)), .text(phase), .int(folded), .int(total)])
    }

    package func note(_ number: Int, _ verification: Verification.Report) async throws(PostgresError) {
        _ = try await connection.query(
            """
            update warelog.read_models set verification = $2::json, is_verified = $3, changed_at = now()
            where generation = $1
            """, [.int(Int64(number)), .text(verification.json), .bool(verification.isEqual)])
    }

    /// A number that no generation has had: 1 and 2 were used before there were generations.
    private func next() async throws -> Int {
        let rows = try await connection.query("select nextval('warelog.generations') as next").rows
        guard let row = rows.first else { throw ReplayFault.noGeneration("new") }
        return Int(try row.int("next"))
    }
}
