internal import Fuzz

/// Attacks all that a worker does with a picture, from its bytes to the bytes kept, whatever they are. Compiled into
/// one module with the sources of `Imaging`.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var recipe = ImageRecipe(maxSide: 100)
    recipe.limits.pixels = 500_000
    fuzz_begin()
    let source = Array(UnsafeBufferPointer(start: bytes, count: count))
    if case .success(let image) = compress(source, recipe: recipe).result {
        precondition(image.bytes.count <= source.count, "the output is bigger than the source")
        precondition(max(image.size.width, image.size.height) <= recipe.maxSide, "the output is too large")
    }
    fuzz_end()
    return 0
}
