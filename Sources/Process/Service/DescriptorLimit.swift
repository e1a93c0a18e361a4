import Glibc

/// The limit on the process's open descriptors.
package enum DescriptorLimit {
    /// Raises the soft limit to the hard one, and returns it. The usual soft limit of 1024 exists for select(2), which
    /// Warelog does not call.
    package static func raise() -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        if setrlimit(resource, &raised) == 0 { limit = raised }
        return Int(clamping: limit.rlim_cur)
    }
}
