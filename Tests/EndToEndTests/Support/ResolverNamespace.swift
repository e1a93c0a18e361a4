import EventLoop
import InternetAddress
import NetworkTesting

/// What makes a process ask a name server of the test's, as it would ask the machine's: files of its own in a mount
/// namespace of its own.
enum ResolverNamespace {
    /// The command that runs the one behind it so.
    static func command(nameServer: IPAddress) -> [String] {
        ["/usr/bin/unshare", "--mount", "/bin/sh", "-ec", script, "\(nameServer)"]
    }

    // Mounted elsewhere, a file outlives the file system it came from. A domain to search keeps the machine's out: what
    // does not exist is looked for there, under another name. What is not answered is asked again after half a minute.
    private static let script = """
        mount -t tmpfs none /mnt
        printf 'nameserver %s\\nsearch invalid\\noptions timeout:30 attempts:2\\n' "$0" >/mnt/resolv.conf
        printf 'hosts: files dns\\n' >/mnt/nsswitch.conf
        for file in resolv.conf nsswitch.conf; do mount --bind "/mnt/$file" "$(readlink -f "/etc/$file")"; done
        umount /mnt
        exec "$@"
        """

    /// Whether the kernel and the user's rights allow for it, and for a name server.
    static let isPermitted: Bool = {
        let isDone = try? onLoop { loop in
            let server = try DNSServer(on: loop, answers: [:])
            defer { server.close() }
            let words = command(nameServer: server.address) + ["/bin/true"]
            let run = try ToolRun(on: loop, executable: words[0], arguments: Array(words.dropFirst()), environment: [:])
            return await run.end().isDone
        }
        return isDone ?? false
    }()
}
