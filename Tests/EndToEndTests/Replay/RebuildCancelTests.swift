import Events
import Glibc
import HTTPClient
import HTTPMessages
import JSON
import Postgres
import Testing

extension EndToEnd {
    /// Only one rebuild runs at a time, and it can be stopped at any moment.
    @Suite struct RebuildCancelTests {
        @Test func whoComesSecondIsToldWhoIsAtIt() throws {
            try Environment.run { warelog in
                _ = try await warelog.create()
                try await warelog.processes.tool("rebuild", "start")
                // The lease belongs to a session, and this session keeps it as long as the test needs.
                let first = try warelog.processes.start(tool: ["rebuild", "verify"])
                await first.awaitOutput { $0.lineCount > 0 }
                first.send(SIGSTOP)
                for step in [
                    ["rebuild"], ["rebuild", "start"], ["rebuild", "verify"], ["rebuild", "switch"],
                    ["rebuild", "rollback"], ["rebuild", "abort"],
                ] {
                    let end = try await warelog.processes.start(tool: step).end()
                    #expect(
                        end.status == 1 && end.output.contains("rebuild is held by warelog rebuild on "),
                        "\(step) \(end)")
                }
                // A repair reads first: with an empty quarantine it needs no lease.
                #expect(try await warelog.processes.run("quarantine", "retry", "--all").isDone)
                let status = try await warelog.processes.run("status", "--json")
                #expect(
                    status.objects.first?["rebuilding"]?["holder"]?.string?.hasPrefix("warelog rebuild on ") == true)
                first.send(SIGCONT)
                #expect(await first.end().isDone)
                #expect(try await warelog.processes.run("rebuild", "abort").isDone)
                #expect(try await warelog.processes.run("rebuild", "verify").output.contains("rebuild start"))
                let idle = try await warelog.processes.run("status", "--json")
                #expect(idle.objects.first?["rebuilding"]?.kind == .null)
            }
        }

        @Test func aRebuildThatIsKilledAnywhereLeavesTheLiveReadModelAsItIs() throws {
            try Environment.run { warelog in
                try await warelog.appendStories(of: try await warelog.leaseProducts(4000))
                try await warelog.caughtUp()
                let id = try await warelog.create().id
                // Each phase is interrupted at a random number of lines. After the switch, there is nothing left to
                // cancel.
                let phases = ["reading", "loading", "indexing", "following", "verifying"]
                for round in 0..<20 {
                    // The server takes a second to notice that the previous session is gone.
                    _ = try await warelog.runWhenFree("rebuild", "abort")
                    let live = try await warelog.liveSchema
                    let run = try warelog.processes.start(tool: ["rebuild", "--accept-quarantine"])
                    if round < phases.count {
                        await run.awaitOutput { $0.text.contains("\"phase\":\"\(phases[round])\"") }
                    } else {
                        let lines = Int.random(in: 0...12)
                        await run.awaitOutput { $0.lineCount >= lines }
                    }
                    run.send([SIGKILL, SIGTERM, SIGINT][round % 3])
                    let end = await run.end()
                    if !end.isDone {
                        #expect(end.signal == [SIGKILL, SIGTERM, SIGINT][round % 3], "\(end)")
                        if !end.output.contains("\"phase\":\"live\"") { #expect(try await warelog.liveSchema == live) }
                    }
                    #expect(try await warelog.send(.get, "/products/\(id)").status == .ok)
                    let edited = try await warelog.send(.patch, "/products/\(id)", #"{"product_price":\#(round + 2)}"#)
                    #expect(edited.status == .ok)
                }
                let end = try await warelog.runWhenFree("rebuild", "--accept-quarantine")
                #expect(end.isDone, "\(end.output)")
                try await warelog.expectVerified()
                try await warelog.expectNoRemains()
            }
        }

        @Test func aReadModelThatIsHalfDoneIsNotSwitchedTo() throws {
            try Environment.run { warelog in
                try await warelog.appendStories(of: try await warelog.leaseProducts(2000))
                let run = try warelog.processes.start(tool: ["rebuild", "start"])
                await run.awaitOutput { $0.lineCount > 0 }
                run.send(SIGKILL)
                guard await run.end().signal == SIGKILL else { return }  // it was faster
                let live = try await warelog.liveSchema
                for step in ["verify", "switch"] {
                    let end = try await warelog.runWhenFree("rebuild", step)
                    #expect(end.status == 1 && end.output.contains("rebuild start"), "\(end)")
                }
                let forced = try await warelog.processes.run("rebuild", "switch", "--unverified", "--accept-quarantine")
                #expect(forced.status == 1)
                #expect(try await warelog.liveSchema == live)
                #expect(try await warelog.processes.run("rebuild", "abort").isDone)
                try await warelog.expectNoRemains()
            }
        }

        @Test func stepByStepIsTheSameAsAllAtOnce() throws {
            try Environment.run { warelog in
                let id = try await warelog.create(name: "step by step").id
                let live = try await warelog.liveSchema
                #expect(try await warelog.processes.run("rebuild", "start").isDone)
                let early = try await warelog.processes.run("rebuild", "switch", "--accept-quarantine")
                #expect(early.status == 1 && early.output.contains("rebuild verify"), "\(early)")
                // The next step catches up with what happens between the steps.
                _ = try await warelog.send(.patch, "/products/\(id)", #"{"product_price":8}"#)
                #expect(try await warelog.processes.run("rebuild", "verify").isDone)
                _ = try await warelog.send(.patch, "/products/\(id)", #"{"product_price":9}"#)
                #expect(try await warelog.liveSchema == live)
                #expect(try await warelog.processes.run("rebuild", "switch", "--accept-quarantine").isDone)
                #expect(try await warelog.send(.get, "/products/\(id)").data?["product_price"]?.number == "9")
                #expect(try await warelog.liveSchema != live)
                let back = try await warelog.processes.run("rebuild", "rollback")
                #expect(back.isDone, "\(back)")
                #expect(try await warelog.liveSchema == live)
                try await warelog.expectVerified()
            }
        }

        @Test func whileTheNewReadModelFollowsNobodyIsToldOfFoldsThatTheLiveOneLacks() throws {
            try Environment.run { warelog in
                let id = try await warelog.create().id
                try await warelog.processes.tool("rebuild", "start")
                try await warelog.caughtUp()
                // The projector stands still while another process folds the log into the other read model.
                await warelog.processes.stop(.projector)
                let edited = try await warelog.send(
                    .patch, "/products/\(id)", #"{"product_price":11}"#, headers: ["Prefer": "wait=0"])
                #expect(edited.status == .accepted)
                let token = edited.headers["Consistency-Token"] ?? ""
                let verified = try await warelog.processes.run("rebuild", "verify")
                #expect(verified.isDone, "\(verified)")
                let read = try await warelog.send(.get, "/products/\(id)", headers: ["Consistency-Token": token])
                #expect(read.status == .serviceUnavailable, "never an older state")
                try warelog.processes.start(.projector)
                try await warelog.caughtUp()
                let after = try await warelog.send(.get, "/products/\(id)", headers: ["Consistency-Token": token])
                #expect(after.data?["product_price"]?.number == "11")
                try await warelog.processes.tool("rebuild", "abort")
            }
        }
    }
}
