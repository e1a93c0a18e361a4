import JSON

extension DescriptionPage {
    /// The target of a reference; any other value is returned unchanged.
    func resolved(_ value: JSONValue) -> JSONValue {
        guard let name = value["$ref"]?.string else { return value }
        let target = name.split(separator: "/").dropFirst().reduce(root as JSONValue?) { $0?[String($1)] }
        return target ?? value
    }

    var problems: String {
        let rows = (root["components"]?["schemas"]?["ProblemType"]?["oneOf"]?.elements ?? []).map { type in
            let name = type["const"]?.string ?? ""
            return [
                "<span id=\"\(HTML.escaped(Self.anchor(name)))\">\(HTML.code(name))</span>",
                HTML.escaped(type["title"]?.string ?? ""), HTML.prose(type["description"]?.string ?? ""),
            ]
        }
        return """
            <section id="problems">
            <h2>Problems</h2>
            <p>An error is answered with <code>application/problem+json</code> (RFC 9457) of one of these types. If
            <code>retriable</code> is true, the same request may succeed later.</p>
            \(HTML.table(["Type", "Title", "Meaning"], rows))</section>

            """
    }

    func problemLink(_ name: String) -> String {
        "<a href=\"#\(HTML.escaped(Self.anchor(name)))\">\(HTML.escaped(name.split(separator: ":").last ?? ""))</a>"
    }

    /// The anchor of a problem type: `problem-conflict` for `urn:warelog:problem:conflict`.
    private static func anchor(_ name: String) -> String { "problem-\(name.split(separator: ":").last ?? "")" }

    var schemas: String {
        let members = (root["components"]?["schemas"]?.members ?? []).filter { $0.key != "ProblemType" }
        let articles = members.map { name, schema in
            let required = Set(schema["required"]?.elements.compactMap(\.string) ?? [])
            let rows = (schema["properties"]?.members ?? []).map { name, property in
                [
                    HTML.code(name) + (required.contains(name) ? "" : " <i>optional</i>"), type(property),
                    HTML.prose(property["description"]?.string ?? resolved(property)["description"]?.string ?? ""),
                ]
            }
            return """
                <article id="schema-\(HTML.escaped(name))">
                <h3>\(HTML.escaped(name))</h3>
                <p>\(HTML.prose(schema["description"]?.string ?? "")) \(rows.isEmpty ? type(schema) : "")</p>
                \(HTML.table(["Member", "Type", "Meaning"], rows))</article>

                """
        }
        return "<section id=\"schemas\">\n<h2>Schemas</h2>\n\(articles.joined())</section>\n"
    }

    /// The type of a value in one line of HTML: a link for a named schema, otherwise its kind and limits.
    func type(_ schema: JSONValue) -> String {
        if let name = schema["$ref"]?.string?.split(separator: "/").last {
            if name == "ProblemType" { return "<a href=\"#problems\">problem type</a>" }
            return "<a href=\"#schema-\(HTML.escaped(name))\">\(HTML.escaped(name))</a>"
        }
        if let constant = schema["const"] { return HTML.code(text(constant)) }
        if let values = schema["enum"]?.elements { return values.map { HTML.code(text($0)) }.joined(separator: " ") }
        let choices = (schema["oneOf"] ?? schema["allOf"])?.elements ?? []
        if !choices.isEmpty, schema["type"] == nil {
            return choices.map(type).joined(separator: schema["oneOf"] == nil ? " and " : " or ")
        }
        let kinds = schema["type"].map { $0.string.map { [$0] } ?? $0.elements.compactMap(\.string) } ?? []
        let kind = HTML.escaped(kinds.joined(separator: " or "))
        let items = schema["items"].map { " of \(type($0))" } ?? ""
        return ([kind + items] + limits(schema)).joined(separator: ", ")
    }

    private func limits(_ schema: JSONValue) -> [String] {
        let names = [
            ("format", ""), ("minLength", "at least %"), ("maxLength", "at most %"), ("minimum", "from %"),
            ("exclusiveMinimum", "more than %"), ("maximum", "to %"), ("multipleOf", "in steps of %"),
            ("maxItems", "at most %"), ("default", "else %"), ("pattern", ""),
        ]
        return names.compactMap { name, phrase in
            guard let value = schema[name] else { return nil }
            let words = phrase.isEmpty ? "" : String(phrase.dropLast())
            return "\(words)\(HTML.code(value.string ?? text(value)))"
        }
    }

    /// The value as JSON; a string that is the whole value has no quotes.
    func text(_ value: JSONValue) -> String {
        switch value.kind {
        case .string: value.string ?? ""
        case .number: value.number ?? ""
        case .boolean: value.boolean == true ? "true" : "false"
        case .null: "null"
        case .array, .object: indented(value, "")
        }
    }

    private func indented(_ value: JSONValue, _ margin: String) -> String {
        let inner = margin + "  "
        switch value.kind {
        case .object:
            let members = value.members.map { "\(inner)\"\($0)\": \(indented($1, inner))" }
            return "{\n\(members.joined(separator: ",\n"))\n\(margin)}"
        case .array: return "[\(value.elements.map { indented($0, inner) }.joined(separator: ", "))]"
        case .string: return "\"\(value.string ?? "")\""
        case .null, .boolean, .number: return text(value)
        }
    }
}
