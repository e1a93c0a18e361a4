import Events
import HTTPMessages
import HTTPServer
import ImageHeaders
import JSON
import MultipartForm

/// The file in the body of a request, raw or in a form, read piece by piece.
struct UploadedFile: Sendable {
    /// The maximum size of a form without its file.
    private static let maximumFormBytes = 64 * 1024
    private static let fieldNames = ["image", "file"]
    private static let formType = "multipart/form-data"
    private static let rawTypes = ImageHeader.Format.allCases.map(\.rawValue) + ["application/octet-stream"]
    /// Unregistered names of image types that clients send. The content tells the format anyway.
    private static let aliases = ["image/jpg", "image/pjpeg", "image/x-png"]
    /// The media types of a body with an image.
    static let mediaTypes = rawTypes + [formType]

    private let limit: Int
    private var body: HTTPRequestBody.Iterator
    /// Nil if the body is the file.
    private var form: FormParser?
    private var received = 0
    private var hasBegun = false
    private var bytes = 0
    private var waiting: [[UInt8]] = []

    /// Throws if the media type is not supported or the declared length exceeds the limit. Reads nothing.
    init(_ request: HTTPRequest, upTo limit: Int) throws(Problem) {
        self.limit = limit
        let type = request.headers["Content-Type"] ?? "application/octet-stream"
        switch HeaderParameters.essence(of: type) {
        case Self.formType:
            form = try Self.translatingFormErrors { () throws(FormError) in
                guard let parameters = HeaderParameters(type) else { throw FormError.boundary }
                return try FormParser(parameters)
            }
        case let essence where Self.rawTypes.contains(essence) || Self.aliases.contains(essence): break
        default: throw .unsupportedMediaType(request.method, Self.mediaTypes)
        }
        body = request.body.makeAsyncIterator()
        if let length = request.body.declaredLength, length > maximumBodyBytes { throw tooLarge }
    }

    private var maximumBodyBytes: Int { limit + (form == nil ? 0 : Self.maximumFormBytes) }
    private var tooLarge: Problem { Problem(.imageTooLarge, "The limit is \(limit) bytes.") }

    /// The next piece of the file; nil at the end.
    mutating func next() async throws -> [UInt8]? {
        while waiting.isEmpty {
            guard let piece = try await body.next() else {
                try end()
                return nil
            }
            received += piece.count
            guard received <= maximumBodyBytes else { throw tooLarge }
            try take(piece)
        }
        return waiting.removeFirst()
    }

    private mutating func take(_ piece: [UInt8]) throws(Problem) {
        guard form != nil else { return waiting = [piece] }
        let events = try Self.translatingFormErrors { () throws(FormError) in try form?.feed(piece) ?? [] }
        for event in events {
            switch event {
            case .part(let name):
                try begin(name)
            case .data(let data):
                bytes += data.count
                guard bytes <= limit else { throw tooLarge }
                waiting.append(data)
            case .end:
                break
            }
        }
    }

    private mutating func begin(_ name: String) throws(Problem) {
        guard Self.fieldNames.contains(name) else {
            throw Self.fault(name, .unknownField, "is not a field of this form")
        }
        guard !hasBegun else { throw Self.fault(name, .tooMany, "must be the only file of the form") }
        hasBegun = true
    }

    private func end() throws(Problem) {
        guard let form else { return }
        try Self.translatingFormErrors { () throws(FormError) in try form.finish() }
        guard hasBegun else { throw Self.fault("image", .required, "is required") }
    }

    private static func fault(_ name: String, _ code: FieldFault.Code, _ detail: String) -> Problem {
        Problem(InvalidDocument([FieldFault("/\(JSONPointer.escaped(name))", code, detail)]))
    }

    private static func translatingFormErrors<Value>(_ read: () throws(FormError) -> Value) throws(Problem) -> Value {
        do {
            return try read()
        } catch {
            throw Problem(.malformedRequest, error.description)
        }
    }
}
