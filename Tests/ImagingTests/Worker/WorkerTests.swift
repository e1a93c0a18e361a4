import CImagingTestSupport
import Foundation
import Testing

@testable import Imaging

@Suite(.enabled(if: Worker.isBuilt, "warelog-image-worker is not built"), .timeLimit(.minutes(20)))
struct WorkerTests {
    private func ready(_ worker: Worker) throws -> WorkerReadiness {
        guard case .ready(let readiness) = try worker.receive() else {
            Issue.record("the worker did not become ready")
            return WorkerReadiness(seccomp: false)
        }
        return readiness
    }

    @Test func jobsAreAnsweredInSequenceAsTheInProcessFunctionWould() throws {
        let worker = try Worker()
        _ = try self.ready(worker)
        let sources = [
            Drawn.JPEG(width: 500, height: 300, orientation: 6).bytes, [],
            Drawn.PNG(colourType: 6, interlaced: true).bytes, Array("<html>".utf8),
            Drawn.JPEG(icc: Drawn.profile(DRAW_ADOBE_RGB)).bytes,
            Drawn.JPEG(width: 700, height: 700, progressive: true).bytes,
        ]
        let recipe = ImageRecipe(maxSide: 200)
        for bytes in sources + sources {
            #expect(try worker.job(bytes, recipe: recipe) == compress(bytes, recipe: recipe))
        }
        #expect(worker.end() == 0)
    }

    @Test(.enabled(if: seccompIsInTheKernel, "the kernel has no seccomp"))
    func systemCallsAreFilteredAndTheKernelSaysSo() throws {
        let worker = try Worker()
        #expect(try self.ready(worker).seccomp)
        let status = try worker.kernelFile("status")
        #expect(status.contains("Seccomp:\t2"))
        #expect(status.contains("NoNewPrivs:\t1"))
        #expect(status.contains("Threads:\t1\n"))
    }

    static var seccompIsInTheKernel: Bool {
        let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        return status?.contains("Seccomp:") == true
    }

    @Test func limitsAreInForceAndDescriptorsClosed() throws {
        let worker = try Worker(memoryBytes: 700 << 20)
        _ = try self.ready(worker)
        let limits = try worker.kernelFile("limits")
        func line(_ name: String) -> [Substring] {
            limits.split(separator: "\n").first { $0.hasPrefix(name) }?.dropFirst(26).split(separator: " ") ?? []
        }
        #expect(line("Max address space").first == "734003200")
        #expect(line("Max file size").first == "0")
        #expect(line("Max core file size").first == "0")
        #expect(line("Max open files").first == "3")
        #expect(try worker.descriptors == ["0", "1", "2"])
    }

    @Test(arguments: [[UInt8](repeating: 0x41, count: 64), Array("WLQ1".utf8) + [255, 255, 255, 255, 0, 0, 0, 0]])
    func aMalformedFrameEndsTheWorker(frame: [UInt8]) throws {
        let worker = try Worker()
        _ = try self.ready(worker)
        worker.send(frame)
        #expect(try worker.receive() == nil)
        #expect(worker.end() == 2)
    }

    @Test func aFrameCutShortEndsTheWorker() throws {
        let worker = try Worker()
        _ = try self.ready(worker)
        worker.send(Array(WorkerRequest(recipe: ImageRecipe(), source: [1, 2, 3]).encoded().dropLast()))
        #expect(worker.end() == 2)
    }

    @Test func theEndOfTheInputEndsTheWorkerWell() throws {
        let worker = try Worker()
        _ = try self.ready(worker)
        #expect(worker.end() == 0)
    }

    @Test func aPictureThatDoesNotFitIsRefusedAndTheNextOneIsFine() throws {
        let small = Drawn.PNG().bytes
        // An interlaced picture is held whole.
        let large = Drawn.PNG(width: 6000, height: 4000, colourType: 6, interlaced: true, flat: [1, 2, 3]).bytes
        let worker = try Worker(memoryBytes: 100 << 20)
        _ = try self.ready(worker)
        #expect(try worker.job(large)?.failure?.kind == .outOfMemory)
        #expect(try worker.job(small) == compress(small, recipe: ImageRecipe()))
    }

    @Test func aSourceThatDoesNotFitIntoMemoryCostsTheWorker() throws {
        let worker = try Worker(memoryBytes: 150 << 20)
        _ = try self.ready(worker)
        worker.send(WorkerRequest(recipe: ImageRecipe(), source: [UInt8](repeating: 0, count: 200 << 20)).encoded())
        #expect(try worker.receive() == nil)
        #expect(worker.end() != 0)
    }

    @Test func everyJobGetsItsShareOfCPUTime() throws {
        let worker = try Worker()
        _ = try self.ready(worker)
        #expect(try Self.cpuLimit(of: worker) == nil)
        for seconds: UInt32 in [7, 3, 30] {
            var recipe = ImageRecipe()
            recipe.limits.cpuSeconds = seconds
            _ = try worker.job(Drawn.PNG().bytes, recipe: recipe)
            // Relative to what it has used, which is well under a second, and rounded up.
            #expect(try Self.cpuLimit(of: worker) == seconds + 1)
        }
    }

    /// The soft limit at which the kernel ends it (SIGXCPU).
    private static func cpuLimit(of worker: Worker) throws -> UInt32? {
        let line = try worker.kernelFile("limits").split(separator: "\n").first { $0.hasPrefix("Max cpu time") }
        return line?.dropFirst(26).split(separator: " ").first.flatMap { UInt32($0) }
    }
}
