import Base
import Cryptography
import EventLoop
import Events
import Imaging
import ProductCache
import S3

/// Makes the renditions of a source and stores them. The same bytes are processed once: callers that arrive meanwhile
/// wait for the result, and callers that arrive soon afterwards find it.
final class RenditionMaker: @unchecked Sendable {
    // `@unchecked`: for the loop's thread only.
    /// The prefix of the keys of compressed images, which everybody may read.
    static let keyPrefix = "images/"

    typealias Outcome = Result<CompressedImage, CodecFailure>

    private let recipe: ImageRecipe
    private let workers: WorkerPool
    private let store: S3Client
    private let memory: RenditionMemory
    private var underWay: [String: [CheckedContinuation<Outcome?, Never>]] = [:]

    init(_ recipe: ImageRecipe, _ workers: WorkerPool, _ store: S3Client, _ memory: RenditionMemory) {
        self.recipe = recipe
        self.workers = workers
        self.store = store
        self.memory = memory
    }

    /// Throws `S3Error` when the store did not accept them, `WorkersUnavailable`, and `CancellationError`.
    func make(of source: FetchedImage) async throws -> Outcome {
        let digest = await Self.digest(source.bytes)
        while underWay[digest] != nil {
            // Nil when the caller that made them failed, but not because of the picture.
            if let outcome = await withCheckedContinuation({ underWay[digest]?.append($0) }) {
                return outcome.map { $0.declared(source.declared) }
            }
        }
        underWay[digest] = []
        var outcome: Outcome?
        defer { for waiter in underWay.removeValue(forKey: digest) ?? [] { waiter.resume(returning: outcome) } }
        let made: Outcome
        if let found = try await find(digest) {
            made = .success(found)
        } else {
            made = try await render(source.bytes, digest)
        }
        outcome = made
        return made.map { $0.declared(source.declared) }
    }

    /// Returns what was made from the same bytes recently, if all of it is still stored.
    private func find(_ digest: String) async throws(S3Error) -> CompressedImage? {
        guard let image = await memory.image(of: digest, recipe.memoryKey) else { return nil }
        var renditions: [ImageRendition] = []
        for rendition in image.renditions {
            guard try await store.head(key: rendition.objectKey)?.contentLength == rendition.bytes else { return nil }
            renditions.append(rendition.at(try store.publicURL(key: rendition.objectKey)))
        }
        return image.with(renditions)
    }

    private func render(_ bytes: [UInt8], _ digest: String) async throws -> Outcome {
        let outcome = try await workers.compress(bytes, recipe)
        switch outcome.result {
        case .failure(let failure):
            return .failure(failure)
        case .success(let picture):
            let image = try await upload(picture, outcome.source, digest)
            await memory.remember(image, of: digest, recipe.memoryKey)
            return .success(image)
        }
    }

    /// The keys derive from the source and the recipe, so that doing it again writes the same objects again.
    private func upload(
        _ picture: EncodedImage, _ source: SourceDescription, _ digest: String
    ) async throws(S3Error) -> CompressedImage {
        var renditions: [ImageRendition] = []
        for (rendition, wanted) in zip(picture.renditions, recipe.renditions) {
            let name = "\(recipe.identifier(of: wanted)).\(rendition.encoding.fileExtension)"
            let key = "\(Self.keyPrefix)\(digest)/\(name)"
            try await store.put(
                key: key, bytes: rendition.bytes, sha256: rendition.sha256, contentType: rendition.contentType,
                cacheControl: "public, max-age=31536000, immutable")
            renditions.append(
                ImageRendition(
                    name: rendition.name, objectKey: key, url: try store.publicURL(key: key),
                    contentType: rendition.contentType, width: Int(rendition.width), height: Int(rendition.height),
                    bytes: rendition.bytes.count, kept: rendition.kept.rawValue))
        }
        return CompressedImage(
            renditions: renditions, thumbHash: Base64.text(picture.thumbHash), isAnimated: source.isAnimated,
            source: .init(
                format: source.format, declaredFormat: nil, bytes: Int(clamping: source.byteCount), digest: digest))
    }

    /// SHA-256, computed in pieces with turns of the loop between them: 25 MB at once would block it.
    private static func digest(_ bytes: [UInt8]) async -> String {
        let hash = SHA256()
        for start in stride(from: 0, to: bytes.count, by: 1 << 20) {
            if start > 0 { await Task.yield() }
            hash.update(bytes[start..<min(start + 1 << 20, bytes.count)])
        }
        return Hexadecimal.text(hash.finish())
    }
}

extension ImageRecipe {
    /// Two recipes with the same key make the same objects.
    fileprivate var memoryKey: String {
        renditions.map { "\($0.name):\(identifier(of: $0))" }.joined(separator: ",")
    }
}

extension CompressedImage {
    /// The same image from another origin, which may have declared another format.
    fileprivate func declared(_ declared: DeclaredType) -> CompressedImage {
        .init(
            renditions: renditions, thumbHash: thumbHash, isAnimated: isAnimated,
            source: .init(
                format: source.format, declaredFormat: declared.contradiction(of: source.format),
                bytes: source.bytes, digest: source.digest))
    }

    fileprivate func with(_ renditions: [ImageRendition]) -> CompressedImage {
        .init(renditions: renditions, thumbHash: thumbHash, isAnimated: isAnimated, source: source)
    }
}

extension ImageRendition {
    fileprivate func at(_ url: String) -> ImageRendition {
        .init(
            name: name, objectKey: objectKey, url: url, contentType: contentType, width: width, height: height,
            bytes: bytes, kept: kept)
    }
}
