import Commands
import Recovery
import Store

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
