import HTTPMessages
import Telemetry
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(20)))
struct WriteAdmissionTests {
    private let metrics = Metrics()

    private func admission(writes: Int, bytes: Int) -> WriteAdmission {
        WriteAdmission(maximumWrites: writes, maximumBytes: bytes, metrics)
    }

    /// Expects that a write with this many bytes is admitted now, or that it is not.
    private func expect(_ admission: WriteAdmission, _ bytes: Int, isAdmitted: Bool) async throws {
        do {
            try await admission.withPlace(for: bytes) {}
            #expect(isAdmitted, "\(bytes)")
        } catch let problem as Problem {
            #expect(problem.kind == .overloaded && problem.kind.status == .serviceUnavailable)
            #expect(problem.headers["Retry-After"] == "1")
            #expect(!isAdmitted, "\(bytes)")
        }
    }

    @Test func asManyWritesAsAllowedAreInHandAtOnce() async throws {
        let admission = admission(writes: 2, bytes: 100)
        try await admission.withPlace(for: 0) {
            try await expect(admission, 0, isAdmitted: true)
            try await admission.withPlace(for: 0) {
                try await expect(admission, 0, isAdmitted: false)
            }
            try await expect(admission, 0, isAdmitted: true)
        }
    }

    @Test func asManyBytesAsAllowedAreInHandAtOnce() async throws {
        let admission = admission(writes: 10, bytes: 100)
        try await expect(admission, 100, isAdmitted: true)
        try await expect(admission, 101, isAdmitted: false)
        try await admission.withPlace(for: 60) {
            try await expect(admission, 40, isAdmitted: true)
            try await expect(admission, 41, isAdmitted: false)
            try await expect(admission, .max, isAdmitted: false)
        }
        try await expect(admission, 100, isAdmitted: true)
    }

    @Test func aWriteThatFailsLeavesItsPlace() async throws {
        struct Failed: Error {}
        let admission = admission(writes: 1, bytes: 1)
        await #expect(throws: Failed.self) { try await admission.withPlace(for: 1) { throw Failed() } }
        try await expect(admission, 1, isAdmitted: true)
    }

    @Test func whatIsInHandAndWhatWasRefusedIsMeasured() async throws {
        let admission = admission(writes: 1, bytes: 7)
        try await admission.withPlace(for: 7) {
            try await expect(admission, 0, isAdmitted: false)
            #expect(metrics.text.contains("warelog_writes_in_flight 1\n"))
            #expect(metrics.text.contains("warelog_write_bytes_in_flight 7\n"))
        }
        #expect(metrics.text.contains("warelog_writes_in_flight 0\n"))
        #expect(metrics.text.contains("warelog_write_bytes_in_flight 0\n"))
        #expect(metrics.text.contains("warelog_writes_refused_total 1\n"))
    }
}
