import Commands
import Configuration
import Maintenance
import PostgreSQLStore
import ReceiverClient
import Recovery
import SQLiteFiles
import Snap
import Store
import Synchronization
import System
import Text

/// Functions that the commands on database files share.
enum RecoveryCommand {
    /// Reads the settings of the database only: other keys may be invalid, and their files
    /// unreadable to the user of the shell.
    static func settings(_ arguments: CommandArguments) throws(CommandProblem) -> DatabaseSettings {
        let request = try arguments.configurationRequest()
        do throws(ConfigurationProblems) {
            return try request.loadDatabaseSettings()
        } catch {
            throw CommandProblem(error)
        }
    }

    /// The path of the configured database.
    ///
    /// - Parameter instead: what does the work of the command for a database in PostgreSQL.
    static func path(
        _ storage: Configuration.Storage,
        instead: String
    ) throws(CommandProblem) -> String {
        guard let path = storage.database.path else {
            throw CommandProblem(
                .configuration,
                "storage.database is in PostgreSQL, and this command is for a file: \(instead)"
            )
        }
        return path
    }

    /// Uses the configured database in PostgreSQL.
    static func using<Value>(
        _ server: Configuration.DatabaseServer,
        _ body: (PostgreSQLAddress) throws(StoreError) -> Value
    ) throws(CommandProblem) -> Value {
        do throws(StoreError) {
            return try body(server.address)
        } catch {
            throw CommandProblem(code(error, unusable: .configuration), "\(server.uri): \(error)")
        }
    }

    /// The exit code for an error of a database in PostgreSQL.
    ///
    /// - Parameter unusable: the code if it cannot be used.
    static func code(_ error: StoreError, unusable: ExitCode) -> ExitCode {
        switch error.kind {
        case .locked: .unavailable
        case .unusable: unusable
        default: .inputOutput
        }
    }

    /// Locks the configured database; fails if a daemon uses it.
    static func lock(
        _ path: String,
        whenAbsent absence: DatabaseLock.Absence,
        _ console: Console
    ) throws(CommandProblem) -> DatabaseLock {
        do throws(DatabaseLock.Refusal) {
            let lock = try DatabaseLock.acquire(path, whenAbsent: absence)
            console.warn(about: lock)
            return lock
        } catch {
            throw CommandProblem(error.exitCode, "\(error)")
        }
    }

    /// A time in Jakarta, as text for people.
    static func text(milliseconds: Int64?) -> String {
        milliseconds.map { JakartaTime.text(milliseconds: $0) } ?? "never"
    }

    /// Runs the body of a command, prints its problem, and returns the exit code.
    static func run(
        _ name: String,
        _ console: Console,
        _ body: () async throws(CommandProblem) -> Void
    ) async -> ExitCode {
        do throws(CommandProblem) {
            try await body()
            return .success
        } catch {
            console.progress("")
            for line in error.lines {
                console.complain("\(programName) \(name): \(line)")
            }
            return error.code
        }
    }
}

/// Whether SIGINT or SIGTERM has arrived. The signals are handled as long as the instance exists.
final class StopRequest: Sendable {
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

extension CommandProblem {
    init(_ failure: RecoveryFailure) {
        switch failure {
        case .database(_, let error) where error.kind == .unusable:
            self.init(.badData, "\(failure)")
        case .notSound, .isDatabase: self.init(.badData, "\(failure)")
        case .database, .file, .missing, .exists, .noRoom: self.init(.inputOutput, "\(failure)")
        case .stopped: self.init(.unavailable, "\(failure)")
        }
    }
}

extension DatabaseCheck.Stage {
    /// The stage, as progress for people.
    var text: String {
        switch self {
        case .integrity: "checking the integrity of the file"
        case .foreignKeys: "checking foreign keys"
        case .feed: "checking the feed"
        case .payments: "comparing payments with their transitions"
        case .counts: "counting"
        }
    }
}

extension CopyProgress {
    /// The progress, such as `copying: 42 %`.
    var text: String { "copying: \(pagesTotal == 0 ? 100 : pagesDone * 100 / pagesTotal) %" }
}

extension Console {
    /// Tells that the `.lock` file was set aside, if it was.
    func warn(about lock: DatabaseLock) {
        guard let trouble = lock.lockFileTrouble, case .setAside(let name) = trouble.kind else {
            return
        }
        complain("\(trouble.path) was unusable and is made again; see \(name)")
    }

    /// Shows the progress of a copy, if its text has changed since `last`.
    func show(_ progress: CopyProgress, after last: inout String) {
        if progress.text == last { return }
        last = progress.text
        self.progress(last)
    }
}

/// Access to the configured database while no daemon uses it.
enum DatabaseAtRest {
    /// Locks the database, so that no daemon can start.
    ///
    /// - Returns: nil if the database is in PostgreSQL, if a daemon uses it, or if it cannot be
    ///   locked, for instance for lack of permission; then the command calls the daemon.
    static func lock(
        _ arguments: CommandArguments,
        _ console: Console
    ) throws(CommandProblem) -> DatabaseLock? {
        guard let path = try RecoveryCommand.settings(arguments).storage.database.path else {
            return nil
        }
        do throws(DatabaseLock.Refusal) {
            let lock = try DatabaseLock.acquire(path, whenAbsent: .refused)
            console.warn(about: lock)
            return lock
        } catch {
            switch error {
            case .inUse, .failed: return nil
            case .missing(let path):
                throw CommandProblem(.inputOutput, "the database \(path) does not exist")
            case .orphaned, .unusableLockFile: throw CommandProblem(error.exitCode, "\(error)")
            }
        }
    }
}
