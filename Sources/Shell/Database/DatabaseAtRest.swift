import Commands
import Configuration
import Maintenance
import SQLiteFiles
import Store

/// Access to the configured database while no daemon uses it.
enum DatabaseAtRest {
    /// Locks the database, so that no daemon can start.
    ///
    /// - Returns: nil if a daemon uses the database, or if it cannot be locked, for instance for
    ///   lack of permission; then the command calls the daemon.
    static func lock(
        _ arguments: CommandArguments,
        _ console: Console
    ) throws(CommandProblem) -> DatabaseLock? {
        let path = try RecoveryCommand.settings(arguments).storage.database
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
