import Glibc
import Imaging

/// `warelog-image-worker [MEMORY_BYTES]`: decodes and encodes pictures for the compressor, see `WorkerProtocol`.
let memoryBytes = CommandLine.arguments.dropFirst().first.flatMap(UInt64.init) ?? 1 << 30
exit(ImageWorkerLoop.run(memoryBytes: memoryBytes).rawValue)
