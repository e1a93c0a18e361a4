import CImaging

/// The life of a worker process: it gives up its rights and then answers jobs until its input ends.
package enum ImageWorkerLoop {
    /// The way in which the worker ended, as the exit status of its process.
    package enum End: Int32, Sendable {
        case inputEnded = 0
        case notConfined = 1
        case malformedFrame = 2
        case outputClosed = 3
    }

    package static func run(memoryBytes: UInt64) -> End {
        var confinement = img_confinement(memory_bytes: memoryBytes)
        var seccomp = IMG_SECCOMP_UNAVAILABLE
        var failure = img_failure()
        guard img_confine(&confinement, &seccomp, &failure) else { return .notConfined }
        let readiness = WorkerReadiness(seccomp: seccomp == IMG_SECCOMP_ON)
        guard Self.write(.ready(readiness)) else { return .outputClosed }
        do throws(FrameError) {
            while let request = try Self.readRequest() {
                guard Self.write(Self.answer(request)) else { return .outputClosed }
            }
            return .inputEnded
        } catch {
            return .malformedFrame
        }
    }

    private static func answer(_ request: WorkerRequest) -> WorkerResponse {
        let before = img_cpu_microseconds()
        guard img_allow_cpu_seconds(UInt64(request.recipe.limits.cpuSeconds)) else {
            let failure = CodecFailure(.internal, "the limit on CPU time could not be set")
            let source = SourceDescription(
                format: "unknown", byteCount: UInt64(request.source.count), sha256: "", size: nil)
            return .finished(ImageOutcome(source: source, result: .failure(failure)), cpu: .zero)
        }
        let outcome = compress(request.source, recipe: request.recipe, declared: request.declared)
        return .finished(outcome, cpu: .microseconds(Int64(clamping: img_cpu_microseconds() - before)))
    }

    /// Nil at the end of the input between two frames.
    private static func readRequest() throws(FrameError) -> WorkerRequest? {
        guard let prefix = try Self.read(WorkerProtocol.prefixLength, endIsFine: true) else { return nil }
        let lengths = try WorkerProtocol.lengths(prefix[...], magic: WorkerProtocol.requestMagic)
        guard let header = try Self.read(lengths.header) else { return nil }
        guard let source = try Self.read(lengths.payload) else { return nil }
        return try WorkerRequest(header: header[...], payload: source)
    }

    private static func read(_ count: Int, endIsFine: Bool = false) throws(FrameError) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = Int(max(0, img_read_input(buffer.baseAddress, count)))
        }
        if endIsFine, bytes.isEmpty { return nil }
        guard bytes.count == count else { throw .malformed("the input ends within a frame") }
        return bytes
    }

    private static func write(_ response: WorkerResponse) -> Bool {
        let frame = response.encoded()
        return frame.withUnsafeBufferPointer { img_write_output($0.baseAddress, $0.count) }
    }
}
