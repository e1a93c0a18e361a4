import Base
import CLibpq
import EventLoop

/// One attempt to get a usable connection within the time allowed: look-up, connection, authentication. Loop's thread
/// only.
final class PostgresConnector: @unchecked Sendable {
    typealias Completion = (Result<PostgresConnection, PostgresError>) -> Void

    private let configuration: PostgresConfiguration
    private let loop: EventLoop
    private var completion: Completion?
    private var timer: Timer?
    private var raw: OpaquePointer?
    private var watcher: DescriptorWatcher?
    private var machine = PostgresConnectorStateMachine()

    init(_ configuration: PostgresConfiguration, loop: EventLoop) {
        self.configuration = configuration
        self.loop = loop
    }

    deinit {
        guard let raw else { return }
        let (watcher, owned) = (watcher, OwnedConnection(raw: raw))
        loop.onLoop { owned.finish(watcher) }
    }

    /// Begins the attempt. `completion` runs once, and this object must be kept until then.
    func start(_ completion: @escaping Completion) {
        self.completion = completion
        // A directory, for a Unix socket, is not looked up.
        let action = machine.start(needsLookup: !configuration.host.hasPrefix("/"))
        if action == .fail { return complete(.failure(Self.cancelled)) }
        do throws(EventLoopError) {
            let timer = try Timer(on: loop) { [unowned self] in
                fail(PostgresError(.connectionLost, call: "connect", message: "no connection in the time allowed"))
            }
            timer.start(after: configuration.connectTimeout)
            self.timer = timer
        } catch {
            return fail(PostgresError("connect", loop: error))
        }
        guard action == .resolve else { return begin(addresses: nil) }
        // libpq would look up the name itself, and block the loop meanwhile.
        loop.resolve(configuration.host) { [weak self] result in
            switch result {
            case .success(let addresses):
                if self?.machine.resolved() == true { self?.begin(addresses: addresses) }
            case .failure(let error): self?.fail(PostgresError("resolve", loop: error))
            }
        }
    }

    func cancel() {
        fail(Self.cancelled)
    }

    private static let cancelled = PostgresError(.cancelled, call: "connect", message: "cancelled")

    private func begin(addresses: [String]?) {
        let settings = configuration.keywords(addresses: addresses)
        raw = withCStrings(settings.map(\.keyword)) { keywords in
            withCStrings(settings.map(\.value)) { values in PQconnectStartParams(keywords, values, 0) }
        }
        guard let raw, PQstatus(raw) != CONNECTION_BAD else { return failWithMessage("PQconnectStartParams") }
        PQsetNoticeReceiver(raw, { _, _ in }, nil)
        PQsetErrorVerbosity(raw, PQERRORS_VERBOSE)  // no other way leads to the SQLSTATE of a refused connection
        wait(for: .writable)  // "If you have yet to call PQconnectPoll … behave as if it last returned WRITING"
    }

    /// "Do not assume that the socket remains the same across PQconnectPoll calls." So each wait has its own watcher,
    /// which is closed before libpq may close the descriptor.
    private func wait(for events: DescriptorWatcher.Events) {
        do throws(EventLoopError) {
            let watcher = try DescriptorWatcher(on: loop, descriptor: PQsocket(raw)) { [unowned self] _ in poll() }
            watcher.watch(events)
            self.watcher = watcher
        } catch {
            fail(PostgresError("connect", loop: error))
        }
    }

    private func poll() {
        watcher?.close()
        watcher = nil
        switch PQconnectPoll(raw) {
        case PGRES_POLLING_READING: wait(for: .readable)
        case PGRES_POLLING_WRITING: wait(for: .writable)
        case PGRES_POLLING_OK: succeed()
        default: failWithMessage("PQconnectPoll")
        }
    }

    private func succeed() {
        guard let raw else { return }
        PQsetErrorVerbosity(raw, PQERRORS_DEFAULT)
        guard PQsetnonblocking(raw, 1) == 0, PQenterPipelineMode(raw) == 1 else {
            return failWithMessage("PQenterPipelineMode")
        }
        self.raw = nil  // the connection owns it now
        do throws(EventLoopError) {
            finish(.success(try PostgresConnection(raw, loop: loop)))
        } catch {
            fail(PostgresError("connect", loop: error))
        }
    }

    private func failWithMessage(_ call: String) {
        fail(PostgresError(call: call, connectionMessage: PQerrorMessage(raw).map { String(cString: $0) } ?? ""))
    }

    private func fail(_ error: PostgresError) { finish(.failure(error)) }

    private func finish(_ result: Result<PostgresConnection, PostgresError>) {
        if machine.finish() { complete(result) }
    }

    private func complete(_ result: Result<PostgresConnection, PostgresError>) {
        watcher?.close()
        watcher = nil
        timer?.close()
        timer = nil
        if let raw { PQfinish(raw) }
        raw = nil
        let completion = completion
        self.completion = nil
        completion?(result)
    }
}

/// A `PGconn` that is to be closed, possibly by another thread.
struct OwnedConnection: @unchecked Sendable {
    let raw: OpaquePointer

    /// Closes the watcher first, since libpq owns its descriptor.
    func finish(_ watcher: DescriptorWatcher?) {
        watcher?.close()
        PQfinish(raw)
    }
}

extension PostgresError {
    /// Reads the SQLSTATE from libpq's verbose message, as `…: FATAL:  28P01: password authentication failed …`.
    fileprivate init(call: String, connectionMessage text: String) {
        for line in text.split(separator: "\n") {
            guard let mark = line.range(of: "FATAL:  ") else { continue }
            let rest = line[mark.upperBound...]
            let state = rest.prefix { $0 != ":" }
            guard state.utf8.count == 5 else { continue }
            self.init(
                .server, call: call, sqlState: String(state), message: String(rest.dropFirst(7)))
            return
        }
        self.init(.connectionLost, call: call, message: firstLine(text))
    }
}

extension Substring {
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            formIndex(after: &start)
        }
        return nil
    }
}
