import Commands
import Configuration
import Maintenance
import PostgreSQLStore
import ReceiverClient
import Recovery
import SQLiteFiles
import Store
import System

extension Command {
    static let importDatabase = Command(
        name: "import",
        summary: "Copies a database from SQLite to PostgreSQL, or back; the feed stays the same.",
        options: [source, .config, .set],
        exitCodes: [.badData, .unavailable, .inputOutput, .configuration],
        meanings: [
            .badData: "DATABASE is damaged, of another version, or not of this program",
            .unavailable: "a receiver uses one of the databases: stop all; or stopped by a signal",
            .inputOutput: "reading or writing failed",
            .configuration: "storage.database exists and is not empty, or cannot be used",
        ],
        example: "import --from /var/lib/cashin-receiver/receiver.db",
        run: runImport
    )

    private static let source = CommandOption(
        name: "--from",
        value: "DATABASE",
        summary: "A file (or a backup), or a postgresql:// URI; it is not changed.",
        isRequired: true
    )

    @Sendable private static func runImport(
        _ arguments: CommandArguments,
        _ console: Console
    ) async -> ExitCode {
        await RecoveryCommand.run("import", console) { () throws(CommandProblem) in
            let target = try RecoveryCommand.settings(arguments).storage.database
            let source = arguments.one(source) ?? ""
            let report: DatabaseCheck.Report
            switch (Configuration.DatabaseServer.isNamed(by: source), target) {
            case (false, .server(let server)):
                report = try copy(file: source, to: server, console)
            case (true, .file(let path)): report = try copy(server: source, to: path, console)
            case (false, .file):
                throw CommandProblem(
                    .configuration,
                    "both databases are files, expected one in PostgreSQL; for files use restore"
                )
            case (true, .server):
                throw CommandProblem(
                    .configuration,
                    "both databases are in PostgreSQL, expected one in a file; for servers use "
                        + "pg_dump and pg_restore, or a standby"
                )
            }
            console.progress("")
            let name =
                switch target {
                case .file(let path): path
                case .server(let server): server.uri
                }
            console.output(text(report, source, name))
        }
    }

    private static func text(
        _ report: DatabaseCheck.Report,
        _ source: String,
        _ target: String
    ) -> String {
        let counts = report.counts.map { "\($0.name): \($0.rows)" }
        let lines =
            [
                "Imported \(source) into \(target)",
                "feed: \(report.feed), transitions \(report.oldest) to \(report.head)",
            ] + counts
            + ["Refused callbacks are not imported. Start no receiver on \(source) again."]
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: To PostgreSQL

    private static func copy(
        file path: String,
        to server: Configuration.DatabaseServer,
        _ console: Console
    ) throws(CommandProblem) -> DatabaseCheck.Report {
        let lock = try RecoveryCommand.lock(path, whenAbsent: .refused, console)
        defer { lock.release() }
        let copying = DatabaseImport(from: lock.path, to: server.uri) { stage in
            console.progress(stage.text)
            return true
        }
        let report = try checked { () throws(RecoveryFailure) in try copying.check(lock) }
        let target = try RecoveryCommand.using(server) { address throws(StoreError) in
            try PostgreSQLCopyTarget(address)
        }
        try checked { () throws(RecoveryFailure) in
            try copying.run(from: lock, report, to: target)
        }
        return report
    }

    // MARK: To SQLite

    private static func copy(
        server uri: String,
        to path: String,
        _ console: Console
    ) throws(CommandProblem) -> DatabaseCheck.Report {
        if let problem = Configuration.DatabaseServer.problem(of: uri)
            ?? PostgreSQLAddress.problem(with: uri)
        {
            throw CommandProblem(.configuration, "--from: \(problem)")
        }
        let stop = StopRequest()
        let lock = try RecoveryCommand.lock(path, whenAbsent: .allowed, console)
        defer { lock.release() }
        try checkAbsence(lock)
        let source: PostgreSQLCopySource
        do throws(StoreError) {
            // Nothing is written there.
            source = try PostgreSQLCopySource(PostgreSQLAddress(uri, isSingleCopy: true))
        } catch {
            let code = RecoveryCommand.code(error, unusable: .badData)
            throw CommandProblem(code, "\(uri): \(error)")
        }
        let copying = DatabaseImport(from: uri, to: lock.path) { stage in
            console.progress(stage.text)
            return !stop.isSet
        }
        return try checked { () throws(RecoveryFailure) in
            try copying.run(from: source, to: lock)
        }
    }

    /// Refuses a path where a database is, or where files of one are: SQLite would take a WAL for
    /// that of the new file.
    private static func checkAbsence(_ lock: DatabaseLock) throws(CommandProblem) {
        if FileCreation.exists(lock.path) {
            let failure = RecoveryFailure.exists(path: lock.path)
            throw CommandProblem(.configuration, "storage.database: \(failure)")
        }
        let files = StoreFiles(main: lock.path)
        let others = files.orphans.filter { $0 != files.importing }
        if others.isEmpty { return }
        throw CommandProblem(
            .configuration,
            "storage.database: files of another database are at \(lock.path): "
                + "\(others.joined(separator: ", ")); move them away, or choose another path"
        )
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
}

extension DatabaseImport.Stage {
    /// The stage, as progress for people.
    fileprivate var text: String {
        switch self {
        case .checking(let stage): stage.text
        case .copying(let table, let rows): "copying \(table): \(rows) rows"
        case .comparing: "comparing payments with their transitions"
        case .renaming: "renaming"
        }
    }
}
