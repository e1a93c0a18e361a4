import EventLoop
import InternetAddress
import NetworkTesting

/// Makes a process ask a name server of the test as it would ask that of the machine: it has its own files in a mount
/// namespace.
enum ResolverNamespace {
    /// The command that runs the command after it in this way.
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

    /// Whether the kernel and the user's rights permit a mount namespace and a name server.
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
