import JSON

/// An OpenAPI document as an HTML page: every operation with its parameters, bodies and answers, then the types of
/// problems and the schemas. The page has no scripts and no resources from other hosts.
struct DescriptionPage {
    let root: JSONValue

    init(_ root: JSONValue) { self.root = root }

    var html: String {
        let title = HTML.escaped(root["info"]?["title"]?.string ?? "")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title) API</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <nav aria-label="Contents">
            \(navigation)</nav>
            <main>
            <header>
            <h1>\(title) API</h1>
            <p>\(HTML.prose(root["info"]?["summary"]?.string ?? ""))
            The same description for programs is the <a href="openapi.json">OpenAPI document</a>.</p>
            <p>\(HTML.prose(root["info"]?["description"]?.string ?? ""))</p>
            </header>
            \(tags.map(section).joined())
            \(problems)\(schemas)</main>
            </body>
            </html>

            """
    }

    // MARK: Operations

    struct Operation {
        let path: String
        let method: String
        let value: JSONValue
        let shared: [JSONValue]

        var id: String { value["operationId"]?.string ?? "\(method)-\(path)" }
        var summary: String { value["summary"]?.string ?? "" }
    }

    var tags: [JSONValue] { root["tags"]?.elements ?? [] }

    /// The operations of a tag in the order of the document. GET mentions HEAD, which has no entry of its own.
    func operations(_ tag: JSONValue) -> [Operation] {
        (root["paths"]?.members ?? []).flatMap { path, item in
            item.members.compactMap { method, value in
                guard method != "head", value["tags"]?.elements.first?.string == tag["name"]?.string else { return nil }
                return Operation(
                    path: path, method: method.uppercased(), value: value, shared: item["parameters"]?.elements ?? [])
            }
        }
    }

    private var navigation: String {
        let groups = tags.map { tag in
            let links = operations(tag).map { operation in
                """
                <li><a href="#\(HTML.escaped(operation.id))"><b class="\(operation.method)">\(operation.method)</b> \
                \(HTML.escaped(operation.path))</a></li>
                """
            }
            let name = HTML.escaped(tag["name"]?.string ?? "")
            return "<h2>\(name)</h2>\n<ul>\n\(links.joined(separator: "\n"))\n</ul>\n"
        }
        return groups.joined() + """
            <h2><a href="#problems">Problems</a></h2>
            <h2><a href="#schemas">Schemas</a></h2>

            """
    }

    private func section(_ tag: JSONValue) -> String {
        """
        <section>
        <h2>\(HTML.escaped(tag["name"]?.string ?? ""))</h2>
        <p>\(HTML.prose(tag["description"]?.string ?? ""))</p>
        \(operations(tag).map(article).joined())</section>

        """
    }

    private func article(_ operation: Operation) -> String {
        let hasHead = root["paths"]?[operation.path]?["head"] != nil
        let parameters = (operation.shared + (operation.value["parameters"]?.elements ?? [])).map(resolved)
        let answers = (operation.value["responses"]?.members ?? []).map(answerRow)
        let description = operation.value["description"]?.string ?? ""
        return """
            <article id="\(HTML.escaped(operation.id))">
            <h3><b class="\(operation.method)">\(operation.method)</b> \(HTML.code(operation.path))</h3>
            <p><strong>\(HTML.prose(operation.summary)).</strong> \(HTML.prose(description))
            \(operation.method == "GET" && hasHead ? "HEAD returns the same headers without the body." : "")</p>
            \(HTML.table(["Parameter", "In", "Type", "Meaning"], parameters.map(parameterRow)))\(body(operation.value))\
            \(HTML.table(["Status", "Meaning", "Body", "Headers"], answers))\
            </article>

            """
    }

    private func parameterRow(_ parameter: JSONValue) -> [String] {
        let isRequired = parameter["required"]?.boolean == true
        return [
            HTML.code(parameter["name"]?.string ?? "") + (isRequired ? " <i>required</i>" : ""),
            HTML.escaped(parameter["in"]?.string ?? ""), parameter["schema"].map(type) ?? "",
            HTML.prose(parameter["description"]?.string ?? ""),
        ]
    }

    private func body(_ operation: JSONValue) -> String {
        HTML.table(
            ["Body", "Type", "Example"],
            (operation["requestBody"]?["content"]?.members ?? []).map { mediaType, content in
                let example = content["schema"].map(resolved)?["examples"]?.elements.first
                return [
                    HTML.code(mediaType), content["schema"].map(type) ?? "",
                    example.map { "<pre>\(HTML.escaped(text($0)))</pre>" } ?? "",
                ]
            })
    }

    private func answerRow(_ status: String, _ answer: JSONValue) -> [String] {
        let answer = resolved(answer)
        let content = (answer["content"]?.members ?? []).map { mediaType, content in
            "\(HTML.code(mediaType)) \(content["schema"].map(answerType) ?? "")"
        }
        let headers = (answer["headers"]?.members ?? []).map { name, header in
            "\(HTML.code(name)) \(HTML.prose(resolved(header)["description"]?.string ?? ""))"
        }
        return [
            "<b>\(HTML.escaped(status))</b>", HTML.prose(answer["description"]?.string ?? ""),
            content.joined(separator: "<br>"), headers.joined(separator: "<br>"),
        ]
    }

    /// The types of a problem document, or the type of another body.
    private func answerType(_ schema: JSONValue) -> String {
        let types = schema["properties"]?["type"]?["enum"]?.elements.compactMap(\.string) ?? []
        if types.isEmpty { return type(schema) }
        return types.map { $0.hasPrefix("urn:") ? problemLink($0) : HTML.code($0) }.joined(separator: ", ")
    }
}
