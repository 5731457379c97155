package import Commands
package import Configuration
package import SQLiteFiles
import Store
import System

extension Configuration.Storage {
    /// What happens if the database is missing: it is created, or the start is refused.
    package var absence: DatabaseLock.Absence { isCreated ? .created : .refused }
}

extension DatabaseLock.Refusal {
    /// The exit code of a command that could not lock the database.
    package var exitCode: ExitCode {
        switch self {
        case .inUse: .unavailable
        case .failed(_, let error): error.isLasting ? .configuration : .inputOutput
        case .unusableLockFile: .inputOutput
        case .missing, .orphaned: .configuration
        }
    }
}
