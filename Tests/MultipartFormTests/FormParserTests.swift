import MultipartForm
import Testing

@Suite(.timeLimit(.minutes(20)))
struct FormParserTests {
    /// The contents of a form, with the data of each part as one piece.
    private struct Form: Equatable {
        var parts: [Part] = []
        var hasEnded = false
        var error: FormError?

        struct Part: Equatable {
            let name: String
            var data: [UInt8] = []
        }

        /// If an error ends the form, its contents are the same however its bytes arrived.
        init(_ pieces: [[UInt8]], boundary: String = "B") {
            do throws(FormError) {
                guard let type = HeaderParameters("multipart/form-data; boundary=\(boundary)") else { return }
                var parser = try FormParser(type)
                for piece in pieces { for event in try parser.feed(piece) { take(event) } }
                try parser.finish()
            } catch {
                self.error = error
                parts = []
            }
        }

        private mutating func take(_ event: FormParser.Event) {
            switch event {
            case .part(let name): parts.append(Part(name: name))
            case .data(let bytes): parts[parts.count - 1].data += bytes
            case .end: hasEnded = true
            }
        }
    }

    private static let image = #"Content-Disposition: form-data; name="image"; filename="a.jpg""#

    private static let forms: [(text: String, parts: [String: String])] = [
        ("--B\r\n\(image)\r\n\r\nbytes\r\n--B--\r\n", ["image": "bytes"]),
        ("--B\r\n\(image)\r\nContent-Type: image/jpeg\r\n\r\nbytes\r\n--B--", ["image": "bytes"]),
        ("preamble\r\n--B  \t\r\n\(image)\r\n\r\nbytes\r\n--B--epilogue --B", ["image": "bytes"]),
        ("\r\n--B\r\n\(image)\r\n\r\n\r\n--B--\r\n", ["image": ""]),
        (
            "--B\r\n\(image)\r\n\r\n\r\r\n\r\n-\r\n--A\r\n--\r\n\n--B--B\r\n\r\n--B--\r\n",
            ["image": "\r\r\n\r\n-\r\n--A\r\n--\r\n\n--B--B\r\n"]
        ),
        (
            "--B\r\n\(image)\r\n\r\none\r\n--B\r\ncontent-disposition: form-data; name=x\r\n\r\ntwo\r\n--B--",
            ["image": "one", "x": "two"]
        ),
        ("--B--\r\n", [:]),
    ]

    private static let faults: [(text: String, error: String)] = [
        ("", "ends before"), ("--B", "ends before"), ("--B\r\n\(image)\r\n\r\nbytes", "ends before"),
        ("--B\r\n\(image)\r\n\r\nbytes\r\n--B\r\n", "ends before"), ("no form at all", "ends before"),
        ("--Bx\r\n\(image)\r\n\r\nbytes\r\n--B--", "followed by"),
        ("--B\r\n\(image)\r\n\r\nbytes\r\n--Bx\r\n--B--", "followed by"),
        ("--B\rx\(image)\r\n\r\nbytes\r\n--B--", "followed by"),
        ("--B" + String(repeating: " ", count: 100) + "\r\n", "followed by"),
        ("--B\r\n\r\nbytes\r\n--B--", "without a name"), ("--B\r\nno colon\r\n\r\nbytes\r\n--B--", "malformed"),
        ("--B\r\n\(image)\r\n folded\r\n\r\nbytes\r\n--B--", "malformed"),
        ("--B\r\na b: c\r\n\r\nbytes\r\n--B--", "malformed"),
        ("--B\r\nX: a\nb\r\n\r\nbytes\r\n--B--", "malformed"),
        ("--B\r\nContent-Type: image/jpeg\r\n\r\nbytes\r\n--B--", "without a name"),
        ("--B\r\nContent-Disposition: form-data\r\n\r\nbytes\r\n--B--", "without a name"),
        ("--B\r\nContent-Disposition: attachment; name=image\r\n\r\nbytes\r\n--B--", "without a name"),
        ("--B\r\n\(image)\r\n\(image)\r\n\r\nbytes\r\n--B--", "without a name"),
        ("--B\r\nX: \(String(repeating: "x", count: 8192))\r\n\(image)\r\n\r\nbytes\r\n--B--", "too long"),
    ]

    @Test func aFormIsTakenApart() {
        for row in Self.forms {
            let form = Form([Array(row.text.utf8)])
            #expect(form.error == nil && form.hasEnded, "\(row.text)")
            let parts = form.parts.map { ($0.name, String(decoding: $0.data, as: UTF8.self)) }
            #expect(Dictionary(uniqueKeysWithValues: parts) == row.parts, "\(row.text)")
        }
    }

    /// File names as clients write them.
    private static let fileNames: [[UInt8]] = [
        Array("; filename=\"caf".utf8) + [0xE9] + Array(".jpg\"".utf8), Array("; filename=Chime (1).jpg".utf8),
        Array("; filename=caf".utf8) + [0xE9] + Array(" ; size=7".utf8), Array("; filename*=UTF-8''%e2%82%ac.jpg".utf8),
        Array("; filename=\"a.jpg\"; filename*=iso-8859-1'en'caf%E9.jpg".utf8), Array("; filename=\"no end.jpg".utf8),
        Array("; filename=\"a\"; filename=\"b\"".utf8), Array("; filename=".utf8), Array("; filename".utf8),
        Array("; filename=\"a\\".utf8), Array(";; filename=a=b".utf8), Array("; =".utf8),
    ]

    @Test func theNameOfAFileIsNobodysBusiness() {
        for fileName in Self.fileNames {
            let disposition = Array("Content-Disposition: form-data; name=\"image\"".utf8) + fileName
            let bytes = Array("--B\r\n".utf8) + disposition + Array("\r\n\r\nbytes\r\n--B--".utf8)
            let form = Form([bytes])
            #expect(
                form.error == nil && form.parts.map(\.name) == ["image"], "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test(arguments: ["name=image; name=other", "name=", "name", "name=\"image", "filename=\"; name=image\""])
    func aPartHasOneName(_ parameters: String) {
        let text = "--B\r\nContent-Disposition: form-data; \(parameters)\r\n\r\nbytes\r\n--B--"
        #expect(Form([Array(text.utf8)]).error?.description.contains("without a name") == true)
    }

    @Test func whatIsNoFormIsNamed() {
        for row in Self.faults {
            let form = Form([Array(row.text.utf8)])
            #expect(form.error?.description.contains(row.error) == true, "\(row.text.prefix(80)): \(form)")
        }
    }

    @Test func howAFormIsCutChangesNothing() {
        for text in Self.forms.map(\.text) + Self.faults.map(\.text) {
            let bytes = Array(text.utf8)
            let whole = Form([bytes])
            // Long bodies test the length; cutting them at every byte would take minutes.
            for cut in stride(from: 0, through: bytes.count, by: max(1, bytes.count / 500)) {
                #expect(Form([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "\(text.prefix(80)) at \(cut)")
            }
            for size in 1...7 {
                let pieces = stride(from: 0, to: bytes.count, by: size).map {
                    Array(bytes[$0..<min($0 + size, bytes.count)])
                }
                #expect(Form(pieces) == whole, "\(text.prefix(80)) by \(size)")
            }
        }
    }

    @Test func threePiecesOfAShortFormAreTheWholeToo() {
        let bytes = Array("p\r\n--B \r\nContent-Disposition:form-data;name=a\r\n\r\n\r\n-\r\n--B\r\r\n--B--".utf8)
        let whole = Form([bytes])
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let pieces = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
                #expect(Form(pieces) == whole)
            }
        }
    }

    /// All data are returned at once, except bytes that may begin a boundary.
    @Test func dataIsNotHeldBack() throws {
        var parser = try FormParser(try #require(HeaderParameters("multipart/form-data; boundary=B")))
        _ = try parser.feed(Array("--B\r\n\(Self.image)\r\n\r\n".utf8))
        var fed = 0
        var told = 0
        for round in 0..<200 {
            let piece = [UInt8](repeating: round.isMultiple(of: 3) ? 0x0D : 0x2D, count: 1000)
            fed += piece.count
            for case .data(let bytes) in try parser.feed(piece) { told += bytes.count }
            #expect(fed - told < "\r\n--B".utf8.count)
        }
    }

    @Test(arguments: [
        "", "boundary=", "boundary=\"\"", "boundary=a#b", "boundary=\"a \"", "boundary=\"a;b\"", "charset=utf-8",
    ])
    func aBoundaryThatIsNoneIsRefused(_ parameter: String) {
        guard let type = HeaderParameters("multipart/form-data; \(parameter)") else { return }
        #expect(throws: FormError.self) { try FormParser(type) }
    }

    @Test func aBoundaryHasAtMost70Characters() throws {
        for (count, isValid) in [(70, true), (71, false)] {
            let type = try #require(
                HeaderParameters("multipart/form-data; boundary=\(String(repeating: "b", count: count))"))
            #expect(((try? FormParser(type)) != nil) == isValid)
        }
    }
}
