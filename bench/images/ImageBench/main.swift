/// `image-bench` measures what a worker process does with a picture, in this process and on one thread. The programs in
/// bench/images/workers drive the other encoders in the same way.
///
/// For each picture, standard input has a line of 64 bytes padded with spaces, `OPERATION QUALITY MAX_SIDE COUNT`,
/// followed by the picture's bytes. Standard output gets a line of JSON with the measurements, followed by `count`
/// bytes of output.
import CImageBench
import CImaging
import Imaging

let headerCount = 64

func read(_ count: Int) -> [UInt8]? {
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        initialized = Int(max(0, img_read_input(buffer.baseAddress, count)))
    }
    return bytes.count == count ? bytes : nil
}

func write(_ line: String, _ payload: [UInt8] = []) -> Bool {
    (Array((line + "\n").utf8) + payload).withUnsafeBufferPointer { img_write_output($0.baseAddress, $0.count) }
}

func answer(_ job: Job) -> (String, [UInt8]) {
    let resident = bench_memory_begin()
    let begun = img_cpu_microseconds()
    let result = job.run()
    let taken = img_cpu_microseconds() - begun
    let peak = bench_memory_peak()
    let memory = peak > resident ? peak - resident : 0
    guard let done = result else {
        return (#"{"error":"no output","cpu":\#(Double(taken) / 1e6),"memory":\#(memory)}"#, [])
    }
    let line = """
        {"cpu":\(Double(done.cpuMicroseconds) / 1e6),"memory":\(memory),\
        "width":\(done.width),"height":\(done.height),"format":"\(done.format)","kept":"\(done.kept)",\
        "count":\(done.bytes.count)}
        """
    return (line, done.bytes)
}

_ = write(#"{"encoder":"warelog","version":"\#(ImageRecipe().identifier(of: .full))"}"#)
while let header = read(headerCount) {
    guard let (job, count) = Job.parse(String(decoding: header, as: UTF8.self)), let source = read(count) else { break }
    var loaded = job
    loaded.source = source
    let (line, payload) = answer(loaded)
    guard write(line, payload) else { break }
}
