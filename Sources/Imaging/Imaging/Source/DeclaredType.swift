/// The type that the origin of a source declared. It decides nothing; a contradiction is recorded.
package struct DeclaredType: Sendable, Equatable {
    /// The `Content-Type`, unchanged.
    package var contentType: String?
    /// A file name, path or URL.
    package var name: String?

    package init(contentType: String? = nil, name: String? = nil) {
        self.contentType = contentType
        self.name = name
    }

    /// Returns the declared format if it differs from `format`: that of the content type, otherwise that of the name.
    package func contradiction(of format: String) -> String? {
        for declared in [self.formatOfContentType, self.formatOfName] {
            if let declared, declared != format { return declared }
        }
        return nil
    }

    /// Nil for no type, and for types that say nothing, such as `application/octet-stream`.
    private var formatOfContentType: String? {
        guard let contentType else { return nil }
        let type = contentType.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace }
        switch type {
        case "image/jpg", "image/pjpeg": return "jpeg"
        case "image/apng", "image/x-png": return "png"
        case "image/heif": return "heic"
        case "image/svg+xml": return "svg"
        case "image/x-ms-bmp": return "bmp"
        case "image/x-icon", "image/vnd.microsoft.icon": return "ico"
        case "text/html": return "html"
        case "text/plain": return "text"
        case "application/json": return "json"
        case "application/pdf": return "pdf"
        case "application/xml", "text/xml": return "xml"
        default: return type.hasPrefix("image/") ? String(type.dropFirst("image/".count).prefix(32)) : nil
        }
    }

    private var formatOfName: String? {
        guard let name else { return nil }
        let path = name.prefix { $0 != "?" && $0 != "#" }
        guard let file = path.split(separator: "/").last, let dot = file.lastIndex(of: ".") else { return nil }
        switch file[file.index(after: dot)...].lowercased() {
        case "jpg", "jpeg", "jpe", "jfif": return "jpeg"
        case "png", "apng": return "png"
        case "tif", "tiff": return "tiff"
        case "heic", "heif", "hif": return "heic"
        case "svg", "svgz": return "svg"
        case "htm", "html": return "html"
        case let known where ["gif", "webp", "avif", "jxl", "jp2", "bmp", "ico", "psd", "pdf"].contains(known):
            return known
        default: return nil
        }
    }
}
