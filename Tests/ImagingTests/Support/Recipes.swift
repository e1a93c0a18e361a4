@testable import Imaging

extension ImageRecipe {
    /// One rendition alone.
    init(maxSide: UInt32, jpegQuality: UInt8 = 80, webpQuality: UInt8? = 90, limits: ImageLimits = ImageLimits()) {
        self.init(
            renditions: [RenditionRecipe(name: "full", maxSide: maxSide)], jpegQuality: jpegQuality,
            webpQuality: webpQuality, limits: limits)
    }
}
