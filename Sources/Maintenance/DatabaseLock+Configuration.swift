package import Commands
package import Configuration
package import SQLiteFiles
import Store

extension Configuration.Storage {
    /// What becomes of a database that is not there.
    package var absence: DatabaseLock.Absence { isCreated ? .created : .refused }
}

extension DatabaseLock.Refusal {
    /// The exit code of a command that needed the database.
    package var exitCode: ExitCode {
        switch self {
        case .inUse: .unavailable
        case .failed, .unusableLockFile: .inputOutput
        case .missing, .orphaned: .configuration
        }
    }
}
