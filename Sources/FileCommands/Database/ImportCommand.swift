import Commands
import Configuration
import Maintenance
import PostgreSQLStore
import ReceiverClient
import Recovery
import SQLiteFiles
import Store

extension Command {
    static let importDatabase = Command(
        name: "import",
        summary: "Copies a SQLite database to an empty one in PostgreSQL; the feed stays the same.",
        options: [source, .config, .set],
        exitCodes: [.badData, .unavailable, .inputOutput, .configuration],
        meanings: [
            .badData: "FILE is damaged, of an older version, or no database of this program",
            .unavailable: "one of the databases is in use: stop all receivers first",
            .inputOutput: "reading or writing failed",
            .configuration: "the database in PostgreSQL is not empty, or cannot be used",
        ],
        example: "import --from /var/lib/cashin-receiver/receiver.db",
        run: runImport
    )

    private static let source = CommandOption(
        name: "--from",
        value: "FILE",
        summary: "The database, or a backup of it; it is not changed.",
        isRequired: true
    )

    @Sendable private static func runImport(
        _ arguments: CommandArguments,
        _ console: Console
    ) async -> ExitCode {
        await RecoveryCommand.run("import", console) { () throws(CommandProblem) in
            let storage = try RecoveryCommand.settings(arguments).storage
            guard case .server(let server) = storage.database else {
                throw CommandProblem(
                    .configuration,
                    "storage.database is a file, expected a database in PostgreSQL; for a file "
                        + "use restore"
                )
            }
            let path = arguments.one(source) ?? ""
            let lock = try RecoveryCommand.lock(path, whenAbsent: .refused, console)
            defer { lock.release() }
            let show = { (stage: DatabaseImport.Stage) in console.progress(stage.text) }
            let source = try checked { () throws(RecoveryFailure) in
                try DatabaseImport(from: lock, onStage: show)
            }
            let target = try RecoveryCommand.using(server) { address throws(StoreError) in
                try PostgreSQLImport(address)
            }
            try checked { () throws(RecoveryFailure) in
                try source.run(into: target, onStage: show)
            }
            console.progress("")
            console.output(text(source.report, path, server.uri))
        }
    }

    private static func checked<Value>(
        _ body: () throws(RecoveryFailure) -> Value
    ) throws(CommandProblem) -> Value {
        do throws(RecoveryFailure) {
            return try body()
        } catch {
            throw CommandProblem(error)
        }
    }

    private static func text(
        _ report: DatabaseCheck.Report,
        _ path: String,
        _ uri: String
    ) -> String {
        let counts = report.counts.map { "\($0.name): \($0.rows)" }
        let lines =
            [
                "Imported \(path) into \(uri)",
                "feed: \(report.feed), transitions \(report.oldest) to \(report.head)",
            ] + counts + ["Refused callbacks are not imported. Start no receiver on \(path) again."]
        return lines.joined(separator: "\n") + "\n"
    }
}

extension DatabaseImport.Stage {
    /// The stage, as progress for people.
    fileprivate var text: String {
        switch self {
        case .checking(let stage): stage.text
        case .copying(let table, let rows): "copying \(table): \(rows) rows"
        case .comparing: "comparing payments with their transitions"
        }
    }
}
