import CYYJSON

/// Refuses objects with a repeated key, about which parsers disagree, and deep nesting, which exhausts stacks.
///
/// The time is linear in the text: a pointer is made only for a refused key, and keys are compared by their bytes.
/// (Swift would normalise strings first, which takes time quadratic in the length of a hostile one.)
enum Shape {
    static func check(_ value: UnsafeMutablePointer<yyjson_val>?, depth: Int) throws(JSONError) {
        if yyjson_is_obj(value) {
            try checkDepth(depth)
            try checkMembers(value, depth)
        } else if yyjson_is_arr(value) {
            try checkDepth(depth)
            try checkElements(value, depth)
        }
    }

    private static func checkDepth(_ depth: Int) throws(JSONError) {
        guard depth <= JSONDocument.maximumDepth else { throw .tooDeep(limit: JSONDocument.maximumDepth) }
    }

    private static func checkMembers(_ object: UnsafeMutablePointer<yyjson_val>?, _ depth: Int) throws(JSONError) {
        try checkKeys(object)
        var iterator = yyjson_obj_iter()
        guard yyjson_obj_iter_init(object, &iterator) else { return }
        while let raw = yyjson_obj_iter_next(&iterator) {
            let member = yyjson_obj_iter_get_val(raw)
            guard yyjson_is_ctn(member) else { continue }
            do throws(JSONError) {
                try check(member, depth: depth + 1)
            } catch {
                throw error.below(Key(raw).token)
            }
        }
    }

    /// For objects with at most this many members, comparing all pairs of keys is faster than a set.
    private static let smallCount = 16

    private static func checkKeys(_ object: UnsafeMutablePointer<yyjson_val>?) throws(JSONError) {
        var seen: Set<Key> = []
        var iterator = yyjson_obj_iter()
        let isSmall = yyjson_obj_size(object) <= smallCount
        guard yyjson_obj_iter_init(object, &iterator) else { return }
        while let raw = yyjson_obj_iter_next(&iterator) {
            let key = Key(raw)
            // The iterator is after this key, so an equal key is among the rest.
            let isUnique = isSmall ? !occurs(key, after: iterator) : seen.insert(key).inserted
            guard isUnique else { throw .duplicateKey(pointer: "/\(key.token)") }
        }
    }

    private static func occurs(_ key: Key, after position: yyjson_obj_iter) -> Bool {
        var rest = position
        while let raw = yyjson_obj_iter_next(&rest) {
            if key.isName(of: raw) { return true }
        }
        return false
    }

    private static func checkElements(_ array: UnsafeMutablePointer<yyjson_val>?, _ depth: Int) throws(JSONError) {
        var iterator = yyjson_arr_iter()
        guard yyjson_arr_iter_init(array, &iterator) else { return }
        var index = 0
        while let element = yyjson_arr_iter_next(&iterator) {
            if yyjson_is_ctn(element) {
                do throws(JSONError) {
                    try check(element, depth: depth + 1)
                } catch {
                    throw error.below("\(index)")
                }
            }
            index += 1
        }
    }

    /// The bytes of an object's key, in the document's memory.
    private struct Key: Hashable {
        let bytes: UnsafeRawBufferPointer

        init(_ raw: UnsafeMutablePointer<yyjson_val>) {
            bytes = UnsafeRawBufferPointer(start: yyjson_get_str(raw), count: yyjson_get_len(raw))
        }

        func isName(of other: UnsafeMutablePointer<yyjson_val>) -> Bool {
            yyjson_equals_strn(other, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }

        var token: String { JSONPointer.escaped(String(decoding: bytes, as: UTF8.self)) }

        static func == (left: Key, right: Key) -> Bool { left.bytes.elementsEqual(right.bytes) }

        func hash(into hasher: inout Hasher) {
            hasher.combine(bytes: bytes)
            hasher.combine(bytes.count)
        }
    }
}

extension JSONError {
    /// The same error, found inside the member or element `token`.
    fileprivate func below(_ token: String) -> JSONError {
        if case .duplicateKey(let pointer) = self { .duplicateKey(pointer: "/\(token)\(pointer)") } else { self }
    }
}
