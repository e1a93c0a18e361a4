import EventLog
import EventLoop
import Events
import Glibc
import HTTPClient
import HTTPMessages
import JSON
import Postgres
import Testing

extension EndToEnd {
    /// A rebuild under load, which no client notices.
    @Suite struct RebuildTests {
        @Test func nobodyNoticesThatTheReadModelIsBuiltAnewSwitchedAndTakenBack() throws {
            try Environment.run { warelog in
                try await warelog.processes.start(.secondGateway, awaiting: "\"message\":\"serving\"")
                try await warelog.appendStories(of: try await warelog.leaseProducts(2000))
                try await warelog.caughtUp()
                var products: [Int64] = []
                for index in 0..<8 { products.append(try await warelog.create(name: "steady \(index)").id) }
                let followed = try #require(products.first)
                async let followedStream = warelog.send(.get, "/products/\(followed)/events")
                await warelog.processes.awaitLog(of: .gateway, "\"path\":\"/products/\(followed)/events\"")

                let traffic = Traffic(warelog, products)
                let record = try await traffic.run {
                    for step in [
                        ["rebuild", "--accept-quarantine"], ["rebuild", "rollback"],
                        ["rebuild", "--accept-quarantine"],
                    ] {
                        let before = traffic.answers
                        let live = try await warelog.liveSchema
                        let end = try await warelog.processes.start(tool: step).end()
                        #expect(end.isDone, "\(step): \(end.output)")
                        #expect(try await warelog.liveSchema != live)
                        // The steps take different times, so each goes on until every client has done something during
                        // it.
                        while !["write 200", "read 200", "read with token 200", "list 200"].allSatisfy({
                            traffic.answers[$0, default: 0] > before[$0, default: 0]
                        }) { try await warelog.loop.sleep(for: .milliseconds(10)) }
                    }
                }
                #expect(record.faults == [])
                #expect(record.answers.keys.allSatisfy { $0.hasSuffix(" 200") }, "\(record.answers)")
                _ = try await warelog.send(.delete, "/products/\(followed)")
                let stream = try await followedStream
                let versions = try ServerSentEvent.all(in: stream.body).map(\.version)
                #expect(versions == Array((versions.first ?? 0)...(versions.last ?? -1)), "the stream skips nothing")
                try await warelog.expectVerified()
                try await warelog.expectNoRemains()
                #expect(!warelog.processes.hasLogged(.projector, "quarantined"))
            }
        }

        @Test func aProjectorThatSleptThroughTwoRebuildsGoesOnWithTheLiveReadModel() throws {
            try Environment.run { warelog in
                let id = try await warelog.create().id
                try await warelog.caughtUp()
                warelog.processes.pause(.projector)
                for _ in 1...2 { try await warelog.processes.tool("rebuild", "--accept-quarantine") }
                // This is one rebuild more than are kept, so the generation that the projector knows is dropped.
                try await warelog.processes.tool("rebuild", "--accept-quarantine")
                warelog.processes.goOn(.projector)
                let edited = try await warelog.send(.patch, "/products/\(id)", #"{"product_price":7}"#)
                #expect(edited.status == .ok)
                try await warelog.expectVerified()
                #expect(!warelog.processes.hasLogged(.projector, "quarantined"))
            }
        }

        @Test func projectorsThatComeAndGoDuringASwitchLeaveTheReadModelRight() throws {
            try Environment.run { warelog in
                try await warelog.processes.start(.secondProjector, awaiting: "partitions assigned")
                var products: [Int64] = []
                for index in 0..<4 { products.append(try await warelog.create(name: "moving \(index)").id) }
                let writers = Writers(warelog, products)
                let count = try await writers.run {
                    for round in 0..<6 {
                        let rebuild = try warelog.processes.start(
                            tool: round.isMultiple(of: 2)
                                ? ["rebuild", "--accept-quarantine"] : ["rebuild", "rollback"])
                        let victim: Processes.Name = round % 4 < 2 ? .projector : .secondProjector
                        await rebuild.awaitOutput { $0.text.contains(round.isMultiple(of: 2) ? "verifying" : "live") }
                        await warelog.processes.kill(victim)
                        try warelog.processes.start(victim)
                        let end = await rebuild.end()
                        #expect(end.isDone, "\(end.output)")
                    }
                }
                #expect(count > 0)
                try await warelog.expectVerified()
                try await warelog.expectNoRemains()
                for id in products {
                    let edited = try await warelog.send(.patch, "/products/\(id)", #"{"product_price":1000}"#)
                    #expect(edited.status == .ok, "somebody folds it")
                }
            }
        }

        /// The state that the definition of a newer program leaves.
        @Test func viewsWithOtherColumnsAreMadeAnewAndStayGranted() throws {
            try Environment.run { warelog in
                let id = try await warelog.create().id
                try await warelog.caughtUp()
                let schema = try await warelog.liveSchema
                try await warelog.database.simple(
                    """
                    create or replace view public.users as select id, name, created_at, 1 as newer from \(schema).users;
                    grant select on public.users to public
                    """)
                try await warelog.processes.tool("rebuild", "--accept-quarantine")
                let columns = try await warelog.database.query(
                    """
                    select attname, (select relacl::text from pg_class where oid = attrelid) as granted
                    from pg_attribute where attrelid = 'public.users'::regclass order by attnum
                    """
                ).rows
                #expect(try columns.map { try $0.text("attname") } == ["id", "name", "created_at"])
                #expect(try columns.first?.text("granted").contains("=r/") == true)
                #expect(try await warelog.send(.get, "/products/\(id)").status == .ok)
                #expect(try await warelog.send(.patch, "/products/\(id)", #"{"product_price":7}"#).status == .ok)
                try await warelog.expectVerified()
            }
        }

        /// The previous release had no indexes for the lists of all products.
        @Test func aRebuildReplacesAnEarlierDefinition() throws {
            try Environment.run { warelog in
                let id = try await warelog.create().id
                try await warelog.caughtUp()
                await warelog.processes.stop(.projector)
                let schema = try await warelog.liveSchema
                try await warelog.database.simple(
                    """
                    drop index \(schema).all_products_by_creation, \(schema).all_products_by_price,
                        \(schema).all_products_by_name, \(schema).all_products_deleted;
                    update warelog.read_models set definition = definition - 1 where state = 'live'
                    """)
                try await warelog.processes.start(.projector, awaiting: "run `warelog rebuild`")
                _ = await warelog.processes.exit(of: .projector)
                try await warelog.processes.tool("rebuild", "--accept-quarantine")
                try await warelog.processes.start(.projector, awaiting: "partitions assigned")
                #expect(try await warelog.send(.patch, "/products/\(id)", #"{"product_price":7}"#).status == .ok)
                let all = try await warelog.send(.get, "/products?sort=-created_at&limit=1")
                #expect(all.data?.elements.first?["id"]?.integer == id)
                let indexes = try await warelog.database.query(
                    """
                    select count(*) as count from pg_indexes
                    where schemaname = '\(try await warelog.liveSchema)' and indexname like 'all_products%'
                    """
                ).rows
                #expect(try indexes.first?.int("count") == 4)
                try await warelog.expectVerified()
            }
        }

        @Test func rebuildingWritesNothingButTheDatabase() throws {
            try Environment.run { warelog in
                _ = try await warelog.finished(try await warelog.create(images: ["photo.jpg"]).id)
                await warelog.processes.stop(.compressor)
                let asked = warelog.requests.count
                let ends = try await warelog.logEnds()
                // Nobody listens on port 1.
                let away = [
                    "S3_ENDPOINT": "http://127.0.0.1:1", "S3_ACCESS_KEY": "", "S3_SECRET_KEY": "", "S3_BUCKET_NAME": "",
                    "REDIS_PORT": "1",
                ]
                let end = try await warelog.processes.run("rebuild", "--accept-quarantine", with: away)
                #expect(end.isDone && end.output.contains("the cache could not be invalidated"), "\(end.output)")
                #expect(try await warelog.logEnds() == ends)
                #expect(warelog.requests.count == asked)
                try await warelog.expectVerified()
            }
        }
    }
}

/// Edits products, each one after another, until told to stop. A process may be killed meanwhile, so an answer may be
/// 202.
private struct Writers: Sendable {
    private let warelog: Environment
    private let products: [Int64]

    init(_ warelog: Environment, _ products: [Int64]) {
        self.warelog = warelog
        self.products = products
    }

    /// Returns the number of edits.
    func run(during body: @Sendable () async throws -> Void) async throws -> Int {
        let flag = Flag()
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for id in products {
                group.addTask {
                    var count = 0
                    while !flag.isRaised {
                        count += 1
                        let edited = try await warelog.send(
                            .patch, "/products/\(id)", #"{"product_price":\#(count % 900 + 1)}"#,
                            headers: ["Prefer": "wait=1"])
                        #expect([.ok, .accepted].contains(edited.status))
                    }
                    return count
                }
            }
            do {
                try await body()
            } catch {
                flag.raise()
                throw error
            }
            flag.raise()
            return try await group.reduce(0, +)
        }
    }
}
