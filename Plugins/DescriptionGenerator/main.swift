import Cryptography
import Foundation
import JSON

// Compiles an OpenAPI document and the page that is made of it into Swift source: DescriptionGenerator INPUT OUTPUT
let paths = CommandLine.arguments.dropFirst()
guard let input = paths.first, let output = paths.last, paths.count == 2 else {
    print("usage: DescriptionGenerator INPUT OUTPUT")
    exit(2)
}
let document = [UInt8](try Data(contentsOf: URL(fileURLWithPath: input)))
let page = DescriptionPage(try JSONDocument(parsing: document).root).html
let styleDigest = Base64.text(SHA256.digest(Array(DescriptionPage.style.utf8)))
let source = [
    ("openAPIDescription", String(decoding: document, as: UTF8.self)), ("descriptionPage", page),
    ("descriptionPageStyle", "sha256-\(styleDigest)"),
].map { name, text in
    // A literal of bytes, as SwiftPM's own `embedInCode` writes it, costs the compiler minutes.
    "let \(name): StaticString = ###\"\"\"\n\(text)\n\"\"\"###\n"
}.joined()
try Data(source.utf8).write(to: URL(fileURLWithPath: output))
