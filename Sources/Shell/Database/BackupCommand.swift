package import Commands
import Configuration
import Recovery
import System
import Store
import Synchronization

extension Command {
    package static let backup = Command(
        name: "backup",
        summary:
            "Copies the database while it is in use. A cp of a running database is not a backup.",
        options: [target, .config, .set],
        exitCodes: [.badData, .unavailable, .inputOutput, .configuration],
        meanings: [
            .badData: "the configured file is not a database of this program, or is damaged",
            .unavailable: "stopped by a signal; no file was written",
            .inputOutput: "reading or writing failed, FILE exists, or there is too little space",
        ],
        example: "backup --to /var/backups/receiver-2026-11-28.db",
        run: runBackup
    )

    private static let target = CommandOption(
        name: "--to",
        value: "FILE",
        summary: "The new file (mode 0600); it appears when it is complete, and must not exist.",
        isRequired: true
    )

    @Sendable private static func runBackup(
        _ arguments: CommandArguments,
        _ console: Console
    ) async -> ExitCode {
        let stop = StopRequest()
        return await RecoveryCommand.run("backup", console) { () throws(CommandProblem) in
            let storage = try RecoveryCommand.settings(arguments).storage
            let target = arguments.one(target) ?? ""
            var last = ""
            do throws(RecoveryFailure) {
                // The WAL cannot be reset during a backup; the limit ends the backup before the
                // disk is full.
                let summary = try DatabaseBackup.write(
                    storage.database,
                    to: target,
                    freeBytesMin: Int64(storage.minimumFreeBytes)
                ) { progress in
                    console.show(progress, after: &last)
                    return !stop.isSet
                }
                console.progress("")
                console.output(
                    "Wrote \(target): \(summary.bytes) bytes, feed \(summary.feed) up to "
                        + "\(summary.head)\n"
                )
            } catch {
                throw CommandProblem(error)
            }
        }
    }
}

/// Whether SIGINT or SIGTERM has arrived. The signals are handled as long as the instance exists.
private final class StopRequest: Sendable {
    private let flag: Flag
    private let signals: Signals

    private final class Flag: Sendable {
        let isSet = Atomic(false)
    }

    init() {
        let flag = Flag()
        self.flag = flag
        signals = Signals([.terminate, .interrupt]) { _ in
            flag.isSet.store(true, ordering: .relaxed)
        }
    }

    var isSet: Bool { flag.isSet.load(ordering: .relaxed) }
}
