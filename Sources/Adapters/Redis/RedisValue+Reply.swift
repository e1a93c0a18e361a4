import CHiredis

extension RedisValue {
    /// Copies a reply. Nil for a type that this client never asks for.
    init?(_ reply: redisReply) {
        switch reply.type {
        case REDIS_REPLY_STRING, REDIS_REPLY_VERB, REDIS_REPLY_DOUBLE, REDIS_REPLY_BIGNUM:
            self = .string(Array(UnsafeRawBufferPointer(start: reply.str, count: reply.len)))
        case REDIS_REPLY_NIL: self = .null
        case REDIS_REPLY_INTEGER, REDIS_REPLY_BOOL: self = .int(reply.integer)
        case REDIS_REPLY_STATUS: self = .status(reply.text)
        case REDIS_REPLY_ERROR: self = .error(reply.text)
        case REDIS_REPLY_ARRAY, REDIS_REPLY_MAP, REDIS_REPLY_SET:
            var values: [RedisValue] = []
            values.reserveCapacity(reply.elements)
            for element in UnsafeBufferPointer(start: reply.element, count: reply.elements) {
                guard let element, let value = RedisValue(element.pointee) else { return nil }
                values.append(value)
            }
            self = .array(values)
        default: return nil
        }
    }
}

extension redisReply {
    fileprivate var text: String {
        String(decoding: UnsafeRawBufferPointer(start: str, count: len), as: UTF8.self)
    }
}
