import Testing

@testable import Imaging

/// The real pictures, good and bad, through a confined worker.
@Suite(
    .enabled(if: Worker.isBuilt && SharedImages.rows.count > 0, "no worker, or no ../shared/images"), .serialized,
    .timeLimit(.minutes(20)))
struct SharedWorkerTests {
    /// The CPU that a drawn picture costs which is harder than any real one: noise with transparency, of the size of
    /// the largest pictures of products. A bound in seconds would be one on the machine.
    private static let hardest = Result {
        let worker = try Worker()
        _ = try worker.receive()
        let noise = Drawn.PNG(width: 2160, height: 2160, colourType: 6, noise: true)
        worker.send(WorkerRequest(recipe: ImageRecipe(), source: noise.bytes).encoded())
        guard case .finished(_, let cpu) = try worker.receive(), worker.end() == 0 else { throw WorkerEnded() }
        return cpu
    }

    private struct WorkerEnded: Error {}

    /// Any picture costs less than the hardest drawn one and 512 MB, the decoder's libraries included.
    @Test(arguments: SharedImages.rows)
    func noPictureCostsMuchOrHurtsItsWorker(row: SharedImages.Row) throws {
        let worker = try Worker()
        _ = try worker.receive()
        let bytes = try row.bytes
        worker.send(WorkerRequest(recipe: ImageRecipe(), source: bytes).encoded())
        guard case .finished(let outcome, let cpu) = try worker.receive() else {
            Issue.record("the worker ended")
            return
        }
        #expect(try cpu < Self.hardest.get())
        let status = try worker.kernelFile("status")
        let peak = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        #expect(try #require(Int(peak.split(separator: "\t").last?.split(separator: " ").first ?? "")) < 512 << 10)
        let alone = compress(bytes, recipe: ImageRecipe())
        #expect(outcome == alone)
        #expect(worker.end() == 0)
    }

    @Test func threadsOfDecodersAreAllAConfinedWorkerCanStart() throws {
        let worker = try Worker()
        _ = try worker.receive()
        for row in SharedImages.rows where ["AVIF", "HEIC"].contains(row.format) {
            let kind = try worker.job(row.bytes)?.failure?.kind
            #expect(kind == (Drawn.hasHEIF ? nil : .unsupportedFormat))
        }
        #expect(worker.end() == 0)
    }
}
