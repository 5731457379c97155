import PostgreSQLStore
package import Commands
import Configuration
import Ledger
import ReceiverClient
import Recovery
import SQLiteFiles
import Snap
import System
import Store
import Text

extension Command {
    package static let restore = Command(
        name: "restore",
        summary: "Replaces the database by a backup; the present one is kept under another name.",
        options: [.config, .set],
        operand: "FILE",
        exitCodes: [.badData, .unavailable, .internalError, .inputOutput, .configuration],
        meanings: [
            .badData: "FILE is damaged or not a backup; nothing was changed",
            .unavailable: "the database is in use: stop the daemon first",
        ],
        example: "restore /var/backups/receiver-2026-11-28.db",
        run: runRestore
    )

    package static let newFeed = Command(
        name: "new-feed",
        summary: "Sets a new feed id for a database that was restored by other means.",
        options: [.config, .set],
        exitCodes: [.badData, .unavailable, .inputOutput, .configuration],
        meanings: [
            .badData: "the configured file is not a database of this program, or is damaged",
            .unavailable: "the database is in use: stop the daemon first",
        ],
        example: "new-feed --config /etc/cashin-receiver/config.json5",
        run: runNewFeed
    )

    @Sendable private static func runRestore(
        _ arguments: CommandArguments,
        _ console: Console
    ) async -> ExitCode {
        await RecoveryCommand.run("restore", console) { () async throws(CommandProblem) in
            let settings = try RecoveryCommand.settings(arguments)
            let database = try RecoveryCommand.path(
                settings.storage,
                instead: "restore with PostgreSQL's own tools, then run new-feed"
            )
            let lock = try RecoveryCommand.lock(database, whenAbsent: .allowed, console)
            defer { lock.release() }
            let backup = arguments.operand ?? ""
            let restore = DatabaseRestore(
                of: backup,
                over: lock,
                policy: settings.policy,
                asideSuffix: suffix(milliseconds: SystemClock.realtimeMilliseconds()),
                now: SystemClock.realtimeMilliseconds
            )
            var last = ""
            do throws(RecoveryFailure) {
                let summary = try await restore.run { show($0, after: &last, console) }
                console.progress("")
                console.output(RestoreText(summary, backup, lock.path, settings).text)
            } catch {
                throw CommandProblem(error)
            }
        }
    }

    /// The suffix of the previous database, such as `.before-2026-11-28T23-33-01.123`.
    private static func suffix(milliseconds: Int64) -> String {
        let time = JakartaTime.textWithFraction(milliseconds: milliseconds).prefix(23)
        return DatabaseRestore.setAsideMark + time.map { $0 == ":" ? "-" : $0 }
    }

    private static func show(
        _ stage: DatabaseRestore.Stage,
        after last: inout String,
        _ console: Console
    ) {
        switch stage {
        case .checking(let stage): console.progress(stage.text)
        case .copying(let progress): console.show(progress, after: &last)
        case .comparing: console.progress("comparing with the previous database")
        case .scheduling: console.progress("scheduling queries")
        case .renaming: console.progress("renaming")
        }
    }

    @Sendable private static func runNewFeed(
        _ arguments: CommandArguments,
        _ console: Console
    ) async -> ExitCode {
        await RecoveryCommand.run("new-feed", console) { () throws(CommandProblem) in
            let settings = try RecoveryCommand.settings(arguments)
            let (name, feed) =
                switch settings.storage.database {
                case .file(let path): (path, try renewFeed(path, console))
                case .server(let server): (server.uri, try renewFeed(server))
                }
            console.output("The feed id of \(name) is now \(feed.new); it was \(feed.old)\n")
        }
    }

    private static func renewFeed(
        _ path: String,
        _ console: Console
    ) throws(CommandProblem) -> (old: String, new: String) {
        let lock = try RecoveryCommand.lock(path, whenAbsent: .refused, console)
        defer { lock.release() }
        do throws(RecoveryFailure) {
            return try DatabaseRestore.renewFeed(lock)
        } catch {
            throw CommandProblem(error)
        }
    }

    private static func renewFeed(
        _ server: Configuration.DatabaseServer
    ) throws(CommandProblem) -> (old: String, new: String) {
        try RecoveryCommand.using(server) { address throws(StoreError) in
            try address.renewFeed()
        }
    }
}

/// The result of a restore, and what is left to do, as text for people.
private struct RestoreText {
    let text: String

    init(
        _ summary: DatabaseRestore.Summary,
        _ backup: String,
        _ database: String,
        _ settings: DatabaseSettings
    ) {
        var lines = [
            "Restored \(database) from \(backup): transitions \(summary.backup.oldest) to "
                + "\(summary.backup.head)",
            "Feed id: \(summary.feed); it was \(summary.backup.feed). Consumers are answered 409 "
                + "feed-changed until they start again",
        ]
        if let setAside = summary.setAside { lines.append("Previous database: \(setAside)") }
        if settings.isReceiveOnly {
            lines.append("No queries can be sent: the configuration is receive-only")
        } else {
            lines.append("Queried when the daemon starts: \(summary.openCount) open payments")
        }
        if summary.setAside != nil, summary.unreadable == nil || summary.rememberedCount > 0 {
            lines.append(
                "Only or newer in the previous database: \(summary.rememberedCount) payments; see "
                    + "the attention list"
            )
        }
        lines.append(Self.unknown(summary))
        text = lines.joined(separator: "\n") + "\n"
    }

    /// The time after which nothing is known.
    private static func unknown(_ summary: DatabaseRestore.Summary) -> String {
        let newest = [summary.backup.newestMilliseconds]
        let known = summary.unreadable == nil ? [summary.knownUntilMilliseconds] : []
        let from = (newest + known).compactMap(\.self).max()
        var line =
            "Unknown: what happened after \(RecoveryCommand.text(milliseconds: from)); compare it "
            + "with the gateway's report"
        if let unreadable = summary.unreadable {
            line += ". The previous database could not be read: \(unreadable)"
        }
        return line
    }
}
