import CLibpq
import EventLoop

extension PostgresConnection {
    /// Runs several statements that are separated by semicolons, as migrations are: in one implicit transaction, unless
    /// they contain one. Waits for the commands in flight and holds back later ones. Cannot be cancelled once it has
    /// begun.
    package func simple(_ sql: String) async throws(PostgresError) {
        try await withTaskExecutorPreference(loop) { () async throws(PostgresError) in
            try await self.beginExclusive(sql)
            defer { self.endExclusive() }
            try await self.takeAllResults()
        }
    }

    /// Runs `COPY … FROM STDIN` and returns how many rows were copied. Calls `next` for each chunk when the one before
    /// has left, until it returns nil. If `next` throws, the server drops everything.
    package func copyIn(_ sql: String, _ next: () async throws -> [UInt8]?) async throws -> Int {
        try await withTaskExecutorPreference(loop) {
            try await self.beginExclusive(sql)
            defer { self.endExclusive() }
            try await self.expect(PGRES_COPY_IN, of: "COPY FROM STDIN")
            do {
                while let chunk = try await next() { try await self.put(chunk) }
            } catch {
                guard PQputCopyEnd(self.raw, "cancelled by the client") == 1 else {
                    self.broken("PQputCopyEnd")
                    throw error
                }
                self.planFlush()
                // The server answers with an error as well. The first cause is the one to report.
                _ = try? await self.takeAllResults()
                throw error
            }
            guard PQputCopyEnd(self.raw, nil) == 1 else { throw self.brokenError("PQputCopyEnd") }
            self.planFlush()
            return try await self.takeAllResults()
        }
    }

    /// Runs `COPY … TO STDOUT` and returns how many rows were copied. Calls `body` for each piece that the server
    /// sends, which is a row in most formats, and reads the next one when `body` has returned. If `body` throws, the
    /// copy is cancelled, and the connection is closed.
    package func copyOut(_ sql: String, _ body: (UnsafeRawBufferPointer) throws -> Void) async throws -> Int {
        try await withTaskExecutorPreference(loop) {
            try await self.beginExclusive(sql)
            defer { self.endExclusive() }
            try await self.expect(PGRES_COPY_OUT, of: "COPY TO STDOUT")
            do {
                while try await self.takePiece(body) {}
            } catch {
                self.broken("PQgetCopyData")
                throw error
            }
            return try await self.takeAllResults()
        }
    }

    /// Sends `sql` when no other command is in flight. Later ones are held back until `endExclusive`.
    private func beginExclusive(_ sql: String) async throws(PostgresError) {
        _ = try await run(PostgresCommand(.exclusive), within: nil)
        guard PQsendQuery(raw, sql) == 1 else {
            defer { endExclusive() }
            throw brokenError("PQsendQuery")
        }
        planFlush()
    }

    /// Throws `invalid` when the first result is not of a copy in this direction.
    private func expect(_ status: ExecStatusType, of statement: String) async throws(PostgresError) {
        guard try await nextResult()?.status == status else {
            try await takeAllResults()
            throw PostgresError(.invalid, call: "PQgetResult", message: "the statement is not \(statement)")
        }
    }

    /// Hands the next piece to `body`. Returns false at the end.
    private func takePiece(_ body: (UnsafeRawBufferPointer) throws -> Void) async throws -> Bool {
        while raw != nil {
            var piece: UnsafeMutablePointer<CChar>?
            let count = PQgetCopyData(raw, &piece, 1)
            if let piece {
                defer { PQfreemem(piece) }
                try body(UnsafeRawBufferPointer(start: piece, count: Int(count)))
                return true
            }
            guard count == 0 else { return false }  // -1, the end, or -2, an error: the result says which
            let outcome: ExclusiveWaiters.FlushOutcome = await withUnsafeContinuation { exclusive.whenReadable($0) }
            try outcome.get()
        }
        throw closedError()
    }

    private func put(_ chunk: [UInt8]) async throws(PostgresError) {
        guard raw != nil else { throw closedError() }
        let status = chunk.withUnsafeBytes { bytes in
            PQputCopyData(raw, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: bytes.count))
        }
        guard status == 1, chunk.count <= Int(Int32.max) else { throw brokenError("PQputCopyData") }
        planFlush()
        let outcome: ExclusiveWaiters.FlushOutcome = await withUnsafeContinuation { exclusive.whenFlushed($0) }
        try outcome.get()
    }

    /// Takes every result up to the end of the command. Returns the number of rows affected, or throws the first error.
    @discardableResult
    private func takeAllResults() async throws(PostgresError) -> Int {
        var affected = 0
        var failure: PostgresError?
        while let result = try await nextResult() {
            affected += result.affected
            failure = failure ?? result.error(call: "PQgetResult")
        }
        if let failure { throw failure }
        return affected
    }

    private func nextResult() async throws(PostgresError) -> ResultStorage? {
        let outcome: ExclusiveWaiters.ResultOutcome = await withUnsafeContinuation { continuation in
            guard raw != nil else { return continuation.resume(returning: .failure(closedError())) }
            exclusive.whenResult(continuation)
            if let raw { exclusive.takeResult(raw) }
        }
        return try outcome.get()
    }

    private func closedError() -> PostgresError {
        PostgresError(.connectionLost, call: "PQgetResult", message: "the connection is gone", mayHaveTakenEffect: true)
    }

    func brokenError(_ call: String) -> PostgresError {
        let message = raw.map { firstLine(PQerrorMessage($0)) } ?? "the connection is gone"
        broken(call)
        return PostgresError(.connectionLost, call: call, message: message, mayHaveTakenEffect: true)
    }
}

/// The caller that has the connection for itself, while it waits for the server. For the loop's thread only.
struct ExclusiveWaiters {
    typealias ResultOutcome = Result<ResultStorage?, PostgresError>
    typealias FlushOutcome = Result<Void, PostgresError>

    private var result: UnsafeContinuation<ResultOutcome, Never>?
    private var flush: UnsafeContinuation<FlushOutcome, Never>?
    private var read: UnsafeContinuation<FlushOutcome, Never>?

    mutating func whenReadable(_ continuation: UnsafeContinuation<FlushOutcome, Never>) { read = continuation }

    mutating func whenResult(_ continuation: UnsafeContinuation<ResultOutcome, Never>) { result = continuation }

    mutating func whenFlushed(_ continuation: UnsafeContinuation<FlushOutcome, Never>) { flush = continuation }

    /// Hands over a result if the caller waits for one and one is there. A COPY in progress has none until its end.
    mutating func takeResult(_ raw: OpaquePointer) {
        guard let waiter = result, PQisBusy(raw) == 0 else { return }
        result = nil
        waiter.resume(returning: .success(PQgetResult(raw).map { ResultStorage($0) }))
    }

    /// More input has come.
    mutating func arrived() {
        read?.resume(returning: .success(()))
        read = nil
    }

    mutating func flushed() {
        flush?.resume(returning: .success(()))
        flush = nil
    }

    mutating func fail(_ error: PostgresError) {
        result?.resume(returning: .failure(error))
        result = nil
        flush?.resume(returning: .failure(error))
        flush = nil
        read?.resume(returning: .failure(error))
        read = nil
    }
}
