import Commands
import Configuration
import Maintenance
import SQLiteFiles
import Store

/// The configured database while no daemon uses it.
enum DatabaseAtRest {
    /// Locks it, so that no daemon starts. Nil when a daemon uses it, or when it is not ours to
    /// lock: then only the daemon can help.
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
