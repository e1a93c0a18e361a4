import Redis

/// The steps that must be atomic in Redis. An entry is a hash with the fields `ProductCache.body`, `ProductCache.seal`,
/// `lease` and `floor`. A key of another type, which another program has written, is removed.
enum CacheScripts {
    private static let body = ProductCache.body
    private static let seal = ProductCache.seal

    /// Removes keys that do not hold a hash: every other step would fail on them, again and again.
    private static let repaired = """
        local function repaired(key)
            local kind = redis.call('TYPE', key)['ok']
            if kind ~= 'hash' and kind ~= 'none' then redis.call('DEL', key) end
            return key
        end
        """

    /// KEYS: the entry. ARGV: the lease's name, its lifetime in milliseconds, 1 to remove a damaged document. Returns
    /// {body, seal} if the entry is filled.
    static let lease = RedisScript(
        """
        \(repaired)
        local key = repaired(KEYS[1])
        if ARGV[3] == '1' then redis.call('HDEL', key, '\(body)', '\(seal)') end
        local found = redis.call('HMGET', key, '\(body)', '\(seal)')
        if found[1] then return found end
        redis.call('HSET', key, 'lease', ARGV[1])
        if redis.call('PTTL', key) < tonumber(ARGV[2]) then redis.call('PEXPIRE', key, ARGV[2]) end
        return false
        """)

    /// KEYS: the entry. ARGV: the lease's name, the version or '', the body, the seal, the lifetime in milliseconds.
    /// Returns 0 if a change that ended the lease may be newer.
    static let fill = RedisScript(
        """
        local entry = redis.call('HMGET', KEYS[1], 'lease', 'floor')
        local isNew = ARGV[2] ~= '' and (not entry[2] or tonumber(ARGV[2]) >= tonumber(entry[2]))
        if entry[1] ~= ARGV[1] then return isNew and 1 or 0 end
        if ARGV[2] ~= '' and not isNew then return 0 end
        redis.call('HDEL', KEYS[1], 'lease')
        redis.call('HSET', KEYS[1], '\(body)', ARGV[3], '\(seal)', ARGV[4])
        redis.call('PEXPIRE', KEYS[1], ARGV[5])
        return 1
        """)

    /// KEYS: the watermarks, the entries. ARGV: the number of entries, the offset of each, then partitions and
    /// watermarks alternately. Documents of every format are removed, including those of other releases. A floor
    /// outlives every lease that was taken before it.
    static let invalidate = RedisScript(
        """
        \(repaired)
        local count = tonumber(ARGV[1])
        for i = 1, count do
            local key, offset = repaired(KEYS[i + 1]), ARGV[i + 1]
            local floor = redis.call('HGET', key, 'floor')
            if floor ~= offset then
                if not floor or (tonumber(floor) or -1) < tonumber(offset) then floor = offset end
                redis.call('DEL', key)
                redis.call('HSET', key, 'floor', floor)
                redis.call('PEXPIRE', key, 120000)
            end
        end
        local watermarks = repaired(KEYS[1])
        for i = count + 2, #ARGV, 2 do redis.call('HSET', watermarks, ARGV[i], ARGV[i + 1]) end
        return count
        """)
}
