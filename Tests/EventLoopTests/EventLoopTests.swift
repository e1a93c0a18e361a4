import EventLoop
import Glibc
import Testing

@Suite(.timeLimit(.minutes(20)))
struct EventLoopTests {
    @Test func aTaskThatPrefersTheLoopRunsOnItsThread() throws {
        let loop = try EventLoop()
        let onLoop = try loop.run {
            await withTaskGroup(of: Bool.self) { group in
                group.addTask(executorPreference: loop) { await here(loop) }
                return await group.next()!
            }
        }
        #expect(onLoop)
    }

    @Test func sleepingTasksWakeInTheOrderOfTheirDelays() throws {
        let loop = try EventLoop()
        let order = try loop.run {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for delay in [30, 10, 20] {
                    group.addTask(executorPreference: loop) {
                        try await loop.sleep(for: .milliseconds(delay))
                        return delay
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(order == [10, 20, 30])
    }

    @Test func aCancelledSleepEndsAtOnce() throws {
        let loop = try EventLoop()
        #expect(throws: CancellationError.self) {
            try loop.run {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask(executorPreference: loop) { try await loop.sleep(for: .seconds(3600)) }
                    group.cancelAll()
                    try await group.next()
                }
            }
        }
    }

    @Test func anOperationPastItsDeadlineIsCancelledAndSaysSo() throws {
        let loop = try EventLoop()
        #expect(throws: DeadlineExceeded.self) {
            try loop.run {
                try await loop.withDeadline(.milliseconds(5)) { try await loop.sleep(for: .seconds(3600)) }
            }
        }
    }

    @Test func anOperationInTimeGivesItsValue() throws {
        let loop = try EventLoop()
        #expect(try loop.run { try await loop.withDeadline(.seconds(3600)) { 7 } } == 7)
    }

    @Test func workFromOtherThreadsArrivesOnTheLoop() throws {
        let loop = try EventLoop()
        let other = try EventLoopThread()
        defer { other.shutdown() }
        let sum = try loop.run {
            await withTaskGroup(of: Int.self) { group in
                for number in 1...1000 {
                    group.addTask(executorPreference: number.isMultiple(of: 2) ? loop : other.loop) { number }
                }
                return await group.reduce(0, +)
            }
        }
        #expect(sum == 500_500)
    }

    @Test func theEndOfATurnComesAfterEverythingThatWasReady() throws {
        let loop = try EventLoop()
        let order = try loop.run {
            let (stream, continuation) = AsyncStream.makeStream(of: String.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<3 {
                    group.addTask(executorPreference: loop) {
                        if number == 0 {
                            loop.atEndOfTurn {
                                continuation.yield("end")
                                loop.atEndOfTurn { continuation.finish() }
                            }
                        }
                        continuation.yield("job")
                    }
                }
                try await group.waitForAll()
            }
            return await stream.reduce(into: []) { $0.append($1) }
        }
        #expect(order == ["job", "job", "job", "end"])
    }

    @Test(arguments: ["127.0.0.1", "::1", "localhost"]) func aNameBecomesNumericAddresses(_ name: String) throws {
        let addresses = try Self.resolve(name)
        #expect(!addresses.isEmpty)
        #expect(addresses.allSatisfy { $0 == "127.0.0.1" || $0 == "::1" })
    }

    @Test func aNameThatCannotExistIsAnError() throws {
        #expect(throws: EventLoopError.self) { try Self.resolve(String(repeating: "x", count: 64) + ".invalid") }
    }

    private static func resolve(_ name: String) throws -> [String] {
        let loop = try EventLoop()
        return try loop.run {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<[String], any Error>) in
                loop.resolve(name) { continuation.resume(with: $0) }
            }
        }
    }

    @Test func aSignalReachesTheStream() throws {
        let loop = try EventLoop()
        let got = try loop.run {
            let signals = try loop.signals([SIGUSR1])
            kill(getpid(), SIGUSR1)
            for await signal in signals { return signal }
            return 0
        }
        #expect(got == SIGUSR1)
    }

    @Test func aWatchedDescriptorTellsWhenItIsReadable() throws {
        let loop = try EventLoop()
        let text = try loop.run {
            var ends: [Int32] = [0, 0]
            #expect(pipe(&ends) == 0)
            let (stream, continuation) = AsyncStream.makeStream(of: UInt8.self)
            let (reading, writing) = (ends[0], ends[1])
            let watcher = try DescriptorWatcher(on: loop, descriptor: reading) { _ in
                var byte: UInt8 = 0
                if read(reading, &byte, 1) == 1 { continuation.yield(byte) }
            }
            watcher.watch(.readable)
            var byte: UInt8 = 42
            #expect(write(writing, &byte, 1) == 1)
            defer {
                watcher.close()
                close(reading)
                close(writing)
            }
            for await byte in stream { return byte }
            return 0
        }
        #expect(text == 42)
    }

    @Test func aChildEchoesWhatItIsGivenAndItsEndIsTold() throws {
        let loop = try EventLoop()
        let payload = [UInt8](repeating: 7, count: 1 << 20)
        let (echoed, exit): (Int, ChildProcess.Exit?) = try loop.run {
            let (output, outputEnd) = AsyncStream.makeStream(of: [UInt8].self)
            let (exits, exited) = AsyncStream.makeStream(of: ChildProcess.Exit.self)
            let child = try ChildProcess(
                on: loop, executable: "/bin/cat",
                onOutput: { piece in if piece.isEmpty { outputEnd.finish() } else { outputEnd.yield(piece) } },
                onExit: { exited.yield($0) })
            try await child.write(payload)
            child.closeInput()
            var echoed = 0
            for await piece in output { echoed += piece.count }
            for await exit in exits { return (echoed, exit) }
            return (echoed, nil)
        }
        #expect(echoed == payload.count)
        #expect(exit?.status == 0 && exit?.signal == 0)
    }

    @Test(arguments: [SIGKILL, SIGTERM])
    func aChildThatASignalEndsSaysWhich(_ signal: Int32) throws {
        let loop = try EventLoop()
        let exit: ChildProcess.Exit? = try loop.run {
            let (exits, exited) = AsyncStream.makeStream(of: ChildProcess.Exit.self)
            let child = try ChildProcess(
                on: loop, executable: "/bin/cat", onOutput: { _ in }, onExit: { exited.yield($0) })
            if signal == SIGKILL { child.kill() } else { child.signal(signal) }
            for await exit in exits { return withExtendedLifetime(child) { exit } }
            return nil
        }
        #expect(exit?.signal == signal)
    }

    @Test func writingToAChildThatReadsNoMoreIsAnErrorAndNotTheEnd() throws {
        let loop = try EventLoop()
        #expect(throws: EventLoopError.self) {
            try loop.run {
                let (output, outputEnd) = AsyncStream.makeStream(of: [UInt8].self)
                let child = try ChildProcess(
                    on: loop, executable: "/bin/sh", arguments: ["-c", "exec <&-; echo closed; exec sleep 60"],
                    onOutput: { piece in outputEnd.yield(piece) }, onExit: { _ in })
                defer { child.kill() }
                for await _ in output { try await child.write([1]) }
            }
        }
    }

    @Test func aMissingExecutableIsAnError() throws {
        let loop = try EventLoop()
        #expect(throws: EventLoopError.self) {
            try loop.run {
                _ = try ChildProcess(on: loop, executable: "/nonexistent", onOutput: { _ in }, onExit: { _ in })
            }
        }
    }

    private func here(_ loop: EventLoop) async -> Bool { loop.isCurrent }
}

@Test(arguments: [
    (Duration.milliseconds(1), UInt64(1)), (.microseconds(1), 1), (.microseconds(1500), 2), (.zero, 0),
    (.seconds(-1), 0), (.seconds(2), 2000),
])
func durationsRoundUpToMilliseconds(_ row: (Duration, UInt64)) {
    #expect(row.0.wholeMilliseconds == row.1)
}
