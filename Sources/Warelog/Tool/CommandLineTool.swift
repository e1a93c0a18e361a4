import EventLoop
import Events
import Glibc
import Settings
import Telemetry

/// `warelog`, the operator's tool. It prints results to standard output, and its actions and failures to standard
/// error.
enum CommandLineTool {
    static let usage = """
        usage: warelog COMMAND

          migrate                         bring the database's schema up to date
          topics create                   create the missing topics, with KAFKA_PARTITIONS partitions each
          topics check                    check the settings of the topics of the log
          seed                            register the demo user, user 1
          history ID [--json] [--limit N] show all events of a product and their changes
          explain ID FIELD                show the event that gave a field of a product its value, and the value before
          tail [--type T] [--product ID] [--from-beginning] [--limit N] [--json]
                                          show the log as it is written
          rebuild                         build a new read model from the log, verify it, and make it live
          rebuild start|status|verify|switch|rollback|abort
                                          do the same step by step; switch takes --accept-quarantine and
                                          --unverified
          verify [--json]                 compare the live read model with a fresh fold of the log
          lag [--json]                    show how far the read model is behind the log, by partition
          status [--json]                 show the read models, running commands, quarantine and lag
          quarantine list|show|retry|discard
                                          show and repair records that could not be folded; --dry-run, --json
          dlq list [--all] [--failure F] [--product ID] [--json]
                                          show images that failed for good and wait for a decision; --all also
                                          shows those that were decided
          dlq show LETTER [--json]        show one dead letter in full
          dlq redrive LETTER…|--all [--failure F] [--product ID] [--actor A] [--reason R] [--dry-run]
                                          request the images once more
          dlq discard LETTER…|--all --reason R [--failure F] [--product ID] [--actor A] [--dry-run]
                                          leave the images failed; actor and reason are recorded
          media gc --plan|--run [--grace 24h] [--offline] [--json]
                                          delete objects that no product refers to and that are older than --grace:
                                          2h or more, unless --offline says that no gateway and no compressor runs

        Settings are environment variables, completed by .env and config.yaml. The exit status is 0 for success, 1 for
        a failure or a difference, and 2 for wrong usage or settings.

        """

    /// The exit status.
    static func main(_ arguments: [String]) -> Int32 {
        guard let command = command(arguments) else {
            let wantsHelp = ["help", "--help", "-h"].contains(arguments.first)
            (wantsHelp ? StandardStream.output : StandardStream.error).write(usage)
            return wantsHelp ? 0 : 2
        }
        do {
            try Upcasters.registered.check()
            let settings = try ToolSettings(try ProcessEnvironment.read())
            let loop = try EventLoop()
            return try loop.run { try await command(Tool(loop: loop, settings: settings)) }
        } catch let error as WrongUsage {
            StandardStream.error.write("warelog: \(error)\n\n\(usage)")
            return 2
        } catch let error as InvalidSettings {
            StandardStream.error.line("warelog: \(error)")
            return 2
        } catch {
            StandardStream.error.line("warelog: \(error)")
            return 1
        }
    }

    private typealias Command = @Sendable (Tool) async throws -> Int32

    /// The commands that have arguments of their own.
    private static func commandWithArguments(_ arguments: [String]) -> Command? {
        let rest = arguments.dropFirst()
        return switch arguments.first {
        case "history": { try await ShowHistory(tool: $0, selection: .init(rest)).run() }
        case "explain": { try await Explain(tool: $0, selection: .init(rest)).run() }
        case "tail": { try await Tail(tool: $0, selection: .init(rest)).run() }
        case "rebuild": { try await RebuildCommand(tool: $0, rest).run() }
        case "verify": { try await VerifyCommand(tool: $0, rest).run() }
        case "lag": { try await Status(tool: $0, rest).lag() }
        case "status": { try await Status(tool: $0, rest).status() }
        case "quarantine": { try await QuarantineCommand(tool: $0, rest).run() }
        case "dlq": { try await DeadLetters(tool: $0, request: .init(rest)).run() }
        case "media": { try await Media(tool: $0, request: .init(rest)).run() }
        default: nil
        }
    }

    private static func command(_ arguments: [String]) -> Command? {
        switch arguments {
        case ["migrate"]: { try await Migrate(tool: $0).run() }
        case ["topics", "create"]: { try await Topics(tool: $0).create() }
        case ["topics", "check"]: { try await Topics(tool: $0).check() }
        case ["seed"]: { try await Seed(tool: $0).run() }
        default: commandWithArguments(arguments)
        }
    }
}
