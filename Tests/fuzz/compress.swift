import Fuzz

/// Attacks everything that a worker does with a picture, from its bytes to the output, with bytes of any kind. It is
/// compiled into one module with the sources of `Imaging`.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var recipe = ImageRecipe(renditions: [
        RenditionRecipe(name: "full", maxSide: 100), RenditionRecipe(name: "thumb", maxSide: 30),
    ])
    recipe.limits.pixels = 500_000
    fuzz_begin()
    let source = Array(UnsafeBufferPointer(start: bytes, count: count))
    if case .success(let image) = compress(source, recipe: recipe).result {
        for (wanted, made) in zip(recipe.renditions, image.renditions) {
            precondition(made.bytes.count <= source.count, "the output is bigger than the source")
            precondition(max(made.width, made.height) <= wanted.maxSide, "the output is too large")
        }
    }
    fuzz_end()
    return 0
}
