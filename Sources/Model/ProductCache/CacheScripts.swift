import Redis

/// The steps that must be atomic in Redis. An entry is a hash with the fields `body`, `tag`, `lease` and `floor`.
enum CacheScripts {
    /// KEYS: the entry. ARGV: the lease's name, its lifetime in milliseconds. Returns {body, tag} if the entry is
    /// filled.
    static let lease = RedisScript(
        """
        local found = redis.call('HMGET', KEYS[1], 'body', 'tag')
        if found[1] then return found end
        redis.call('HSET', KEYS[1], 'lease', ARGV[1])
        if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
        return false
        """)

    /// KEYS: the entry. ARGV: the lease's name, the version or '', the body, the tag, the lifetime in milliseconds.
    /// Returns 0 if a change that ended the lease may be newer.
    static let fill = RedisScript(
        """
        local entry = redis.call('HMGET', KEYS[1], 'lease', 'floor')
        local isNew = ARGV[2] ~= '' and (not entry[2] or tonumber(ARGV[2]) >= tonumber(entry[2]))
        if entry[1] ~= ARGV[1] then return isNew and 1 or 0 end
        if ARGV[2] ~= '' and not isNew then return 0 end
        redis.call('HDEL', KEYS[1], 'lease')
        redis.call('HSET', KEYS[1], 'body', ARGV[3], 'tag', ARGV[4])
        redis.call('PEXPIRE', KEYS[1], ARGV[5])
        return 1
        """)

    /// KEYS: the watermarks, the entries. ARGV: the number of entries, the offset of each, then partitions and
    /// watermarks alternately. A floor outlives every lease that was taken before it.
    static let invalidate = RedisScript(
        """
        local count = tonumber(ARGV[1])
        for i = 1, count do
            local key, offset = KEYS[i + 1], ARGV[i + 1]
            local floor = redis.call('HGET', key, 'floor')
            if floor ~= offset then
                redis.call('HDEL', key, 'body', 'tag', 'lease')
                if not floor or tonumber(floor) < tonumber(offset) then redis.call('HSET', key, 'floor', offset) end
                redis.call('PEXPIRE', key, 120000)
            end
        end
        for i = count + 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
        return count
        """)
}
