package import Commands
import Configuration
import ReceiverClient
import Recovery
import Store

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
            let database = try RecoveryCommand.path(
                storage,
                instead: "use pg_basebackup with an archive of the WAL, or pg_dump"
            )
            let target = arguments.one(target) ?? ""
            var last = ""
            do throws(RecoveryFailure) {
                // The WAL cannot be reset during a backup; the limit ends the backup before the
                // disk is full.
                let summary = try DatabaseBackup.write(
                    database,
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

extension Command {
    static let verifyBackup = Command(
        name: "verify-backup",
        summary: "Checks a backup: file, foreign keys, feed, and each payment by its transitions.",
        operand: "FILE",
        exitCodes: [.badData, .inputOutput],
        meanings: [
            .badData: "FILE is damaged or not a backup; the problems are listed"
        ],
        example: "verify-backup /var/backups/receiver-2026-11-28.db",
        run: runVerifyBackup
    )

    @Sendable private static func runVerifyBackup(
        _ arguments: CommandArguments,
        _ console: Console
    ) async -> ExitCode {
        await RecoveryCommand.run("verify-backup", console) { () throws(CommandProblem) in
            let path = arguments.operand ?? ""
            let report: DatabaseCheck.Report
            do throws(RecoveryFailure) {
                report = try DatabaseCheck.run(path) { console.progress($0.text) }
            } catch {
                throw CommandProblem(error)
            }
            console.progress("")
            if let problem = report.problem(of: path) { throw problem }
            console.output(report.text(path))
        }
    }
}

extension DatabaseCheck.Report {
    /// The problems; nil if there are none.
    func problem(of path: String) -> CommandProblem? {
        if problems.isEmpty { return nil }
        let rest = unlistedCount == 0 ? [] : ["\(path): and \(unlistedCount) more problems"]
        return CommandProblem(.badData, problems.map { "\(path): \($0)" } + rest)
    }

    /// The contents of a sound database, as text for people.
    func text(_ path: String) -> String {
        var lines = [
            "\(path) is sound", "feed: \(feed), transitions \(oldest) to \(head)",
            "newest record: \(RecoveryCommand.text(milliseconds: newestMilliseconds))",
        ]
        lines += counts.map { "\($0.name): \($0.rows)" }
        return lines.joined(separator: "\n") + "\n"
    }
}
