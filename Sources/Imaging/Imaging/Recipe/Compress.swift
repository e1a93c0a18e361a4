import CImaging

/// Makes one picture small and safe in this process. Untrusted bytes belong in a worker process, where
/// `ImageWorkerLoop` calls this; tests and benchmarks call it directly.
package func compress(
    _ bytes: [UInt8], recipe: ImageRecipe, declared: DeclaredType = DeclaredType()
) -> ImageOutcome {
    let format = bytes.withUnsafeBufferPointer { img_detect($0.baseAddress, $0.count) }
    var source = SourceDescription(
        format: String(cString: img_format_name(format)), byteCount: UInt64(bytes.count), sha256: "", size: nil)
    source.contradicts = declared.contradiction(of: source.format)
    do throws(CodecFailure) {
        source.sha256 = try ImageDigest.sha256(bytes)
        let compressed = try withImageSource(bytes, limits: recipe.limits) { opened throws(CodecFailure) in
            source.size = opened.size
            source.isAnimated = opened.isAnimated
            return try RenditionChoice(of: opened, byteCount: bytes.count, recipe: recipe).run(opened)
        }
        return ImageOutcome(source: source, result: .success(compressed))
    } catch {
        return ImageOutcome(source: source, result: .failure(error))
    }
}
