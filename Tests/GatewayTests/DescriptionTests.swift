import Cryptography
import Events
import Foundation
import HTTPMessages
import HTTPServer
import JSON
import Testing

@testable import DescriptionGenerator
@testable import Gateway

/// The OpenAPI document and the page that is made from it.
@Suite(.timeLimit(.minutes(20)))
struct DescriptionTests {
    private let root: JSONValue

    init() throws { root = try JSONDocument(parsing: Self.file()).root }

    private static func file() throws -> [UInt8] {
        let repository = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: repository.appendingPathComponent("schema/openapi.json")))
    }

    @Test func theDocumentThatIsServedIsTheOneInTheRepository() throws {
        let served = openAPIDescription.withUTF8Buffer { Array($0) }
        #expect(try served == Self.file())
    }

    @Test func thePageThatIsServedIsMadeOfTheDocument() throws {
        #expect(descriptionPage.description == DescriptionPage(root).html)
    }

    /// A browser applies the style sheet only if its digest equals that in the policy, and the page has nothing else to
    /// apply.
    @Test func thePageWorksUnderItsPolicy() throws {
        let response = try DescriptionHandlers().showPage(try #require(HTTPRequest(.get, "/docs"))).response
        let policy = try #require(response.headers["Content-Security-Policy"])
        let page = descriptionPage.description
        let styles = page.matches(of: /<style>(?s)(.*?)<\/style>/).map { String($0.output.1) }
        #expect(styles.count == 1)
        for style in styles {
            #expect(policy.contains("style-src 'sha256-\(Base64.text(SHA256.digest(Array(style.utf8))))'"))
        }
        #expect(policy.hasPrefix("default-src 'none';") && !policy.contains("unsafe"))
        #expect(!page.contains(" style=") && !page.contains("<script") && !page.contains("<img"))
    }

    @Test func everyKindOfProblemIsInTheDocumentAndNoOther() throws {
        let types = try #require(root["components"]?["schemas"]?["ProblemType"]?["oneOf"]?.elements)
        let described = types.map { type in
            let texts = ["const", "title", "description"].map { type[$0]?.string ?? "" }
            return "\(texts[0]) \(texts[1]) \(texts[2].prefix(5))"
        }
        #expect(
            described
                == Problem.Kind.allCases.map { "urn:warelog:problem:\($0.rawValue) \($0.title) \($0.status). " })
    }

    @Test func everyKindOfProblemIsAnAnswerOfItsStatus() throws {
        var answered: Set<String> = []
        let responses = try #require(root["components"]?["responses"])
        for (name, answer) in responses.members {
            let content = answer["content"]?["application/problem+json"]
            guard let problem = content?["schema"]?["properties"] else { continue }
            let types = try #require(problem["type"]?["enum"])
            for type in types.elements.compactMap(\.string) where type != "about:blank" {
                let kind = try #require(Problem.Kind(rawValue: String(type.dropFirst("urn:warelog:problem:".count))))
                // The status 431 has no kind of its own.
                let status = name == "HeadTooLarge" ? 431 : Int64(kind.status.code)
                #expect(problem["status"]?["const"]?.integer == status)
                answered.insert(kind.rawValue)
            }
        }
        // A request without a route has no operation.
        let expected = Set(Problem.Kind.allCases.map(\.rawValue)).subtracting(["route-not-found"])
        #expect(answered == expected)
    }

    @Test func everyFaultOfAFieldIsInTheDocument() throws {
        let fault = root["components"]?["schemas"]?["Fault"]
        let codes = fault?["properties"]?["code"]?["enum"]?.elements.compactMap(\.string) ?? []
        #expect(Set(FieldFault.Code.allCases.map(\.rawValue)).isSubset(of: codes))
    }

    @Test func everyReferenceLeadsSomewhere() {
        func check(_ value: JSONValue) {
            if let name = value["$ref"]?.string {
                let target = name.split(separator: "/").dropFirst().reduce(root as JSONValue?) { $0?[String($1)] }
                #expect(name.hasPrefix("#/") && target != nil, "\(name)")
            }
            for (_, member) in value.members { check(member) }
            for element in value.elements { check(element) }
        }
        check(root)
    }

    @Test func everyOperationIsOnThePage() throws {
        let page = DescriptionPage(root).html
        let paths = try #require(root["paths"])
        for (path, item) in paths.members {
            for (method, operation) in item.members where !["head", "parameters", "servers"].contains(method) {
                let id = try #require(operation["operationId"]?.string)
                #expect(page.contains("<article id=\"\(id)\">"), "\(method) \(path)")
                #expect(page.contains("href=\"#\(id)\""), "\(method) \(path)")
            }
        }
        for kind in Problem.Kind.allCases { #expect(page.contains("id=\"problem-\(kind.rawValue)\"")) }
    }

    @Test func thePageLeadsOnlyToWhatIsOnIt() {
        let page = DescriptionPage(root).html
        let ids = Set(page.matches(of: /id="([^"]+)"/).map { String($0.output.1) })
        for match in page.matches(of: /(?:href|src)="([^"]+)"/) where match.output.1 != "openapi.json" {
            let target = match.output.1
            #expect(target.first == "#" && ids.contains(String(target.dropFirst())), "\(target)")
        }
        #expect(!page.contains("<script") && !page.contains("http-equiv"))
    }

    @Test func textBecomesTextOnThePage() {
        #expect(HTML.prose("a < `b & \"c\"`") == "a &lt; <code>b &amp; &quot;c&quot;</code>")
    }

    @Test func theDocumentAndThePageHaveATagAndAreNotSentTwice() throws {
        let handlers = DescriptionHandlers()
        let first = try #require(HTTPRequest(.get, "/"))
        for show in [handlers.showDocument, handlers.showPage] {
            let whole = try show(first).response
            let tag = try #require(whole.headers["ETag"])
            let second = try #require(HTTPRequest(.get, "/", headers: ["If-None-Match": tag]))
            let again = try show(second).response
            #expect(whole.status == .ok && again.status == .notModified && again.headers["ETag"] == tag)
        }
    }
}
