import HTTPClient
import HTTPMessages
import JSON
import Testing

extension EndToEnd {
    /// A write that is answered is visible, also through the cache.
    @Suite struct VisibilityTests {
        /// Without Redis the projector never invalidates, so nothing but the gateway can have done it.
        @Test func anAnsweredWriteIsVisibleToCachedReadsWhateverTheProjectorHasYetToDo() throws {
            try Environment.run { warelog in
                try await warelog.processes.start(.secondGateway, awaiting: "\"message\":\"serving\"")
                let id = try await warelog.create(price: "1").id
                try await warelog.caughtUp()
                await warelog.processes.stop(.projector)
                try await warelog.processes.start(
                    .projector, awaiting: "partitions assigned", with: ["REDIS_PORT": "1"])
                for price in 2...5 {
                    for gateway in [Processes.Name.gateway, .secondGateway] {
                        _ = try await warelog.send(.get, "/products/\(id)", to: gateway)
                        let hit = try await warelog.send(.get, "/products/\(id)", to: gateway)
                        #expect(hit.headers["X-Cache"] == "hit")
                    }
                    let edited = try await warelog.send(
                        .patch, "/products/\(id)", #"{"product_price":\#(price)}"#, headers: ["Prefer": "wait=30"])
                    #expect(edited.status == .ok)
                    for gateway in [Processes.Name.gateway, .secondGateway] {
                        let read = try await warelog.send(.get, "/products/\(id)", to: gateway)
                        #expect(read.data?["product_price"]?.number == "\(price)")
                        #expect(read.headers["ETag"] == edited.headers["ETag"])
                    }
                }
                #expect(try await warelog.send(.delete, "/products/\(id)").status == .noContent)
                #expect(try await warelog.send(.get, "/products/\(id)", to: .secondGateway).status == .notFound)
                await warelog.processes.stop(.projector)
                try await warelog.processes.start(.projector, awaiting: "partitions assigned")
            }
        }

        /// Readers miss, load and fill all the time.
        @Test func amongReadersAWriterSeesItsWrite() throws {
            try Environment.run { warelog in
                let id = try await warelog.create(price: "1").id
                let flag = Flag()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            while !flag.isRaised { _ = try await warelog.send(.get, "/products/\(id)") }
                        }
                    }
                    defer { flag.raise() }
                    for price in 2...400 {
                        let edited = try await warelog.send(
                            .patch, "/products/\(id)", #"{"product_price":\#(price)}"#, headers: ["Prefer": "wait=30"])
                        #expect(edited.status == .ok)
                        let read = try await warelog.send(.get, "/products/\(id)")
                        #expect(read.data?["product_price"]?.number == "\(price)")
                    }
                    flag.raise()
                    try await group.waitForAll()
                }
            }
        }
    }
}
