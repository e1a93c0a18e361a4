import JSON

extension JSONValue {
    /// JSON pointers to all members, including those of nested objects and arrays.
    func memberPointers(_ pointer: String = "") -> [String] {
        members.flatMap { key, value in
            let path = "\(pointer)/\(JSONPointer.escaped(key))"
            return [path] + value.memberPointers(path)
        }
            + elements.enumerated().flatMap { index, element in element.memberPointers("\(pointer)/\(index)") }
    }

    /// Whether the member at `pointer`, whose parts have no escapes, is true or false.
    func isFlag(_ pointer: String) -> Bool {
        let member = pointer.split(separator: "/").reduce(self as JSONValue?) { value, part in
            value?[String(part)] ?? Int(part).flatMap { value?.elements[$0] }
        }
        return member?.kind == .boolean
    }

    /// This value as text, with the member at `pointer` replaced by `json`, or without it when that is nil.
    func text(replacing pointer: String, by json: String?) -> [UInt8] {
        var writer = JSONWriter()
        copy(to: &writer, at: "", replacing: pointer, by: json)
        return writer.bytes
    }

    private func copy(to writer: inout JSONWriter, at path: String, replacing pointer: String, by json: String?) {
        switch kind {
        case .null: writer.null()
        case .boolean: writer.boolean(boolean == true)
        case .number: writer.raw(number ?? "")
        case .string: writer.string(string ?? "")
        case .array:
            writer.array(elements.enumerated()) { writer, element in
                element.element.copy(to: &writer, at: "\(path)/\(element.offset)", replacing: pointer, by: json)
            }
        case .object:
            writer.object { writer in
                for (key, value) in members {
                    let member = "\(path)/\(JSONPointer.escaped(key))"
                    if member == pointer, json == nil { continue }
                    writer.key(key)
                    if member == pointer, let json {
                        writer.raw(json)
                    } else {
                        value.copy(to: &writer, at: member, replacing: pointer, by: json)
                    }
                }
            }
        }
    }
}
