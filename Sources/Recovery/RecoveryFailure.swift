package import Store
package import System

/// Why a database could not be backed up, checked or restored.
package enum RecoveryFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The database, or the copy of it, failed.
    case database(path: String, StoreError)
    /// A file or directory could not be read or written.
    case file(path: String, FileError)
    /// There is no database at the path.
    case missing(path: String)
    /// The file that is to be written is there already.
    case exists(path: String)
    /// The file that is to be read is the database in use.
    case isDatabase(path: String)
    /// The file is not a backup that can be restored.
    case notSound(path: String, problems: [String])
    /// The file system has less room than is needed, or than must stay free.
    case noRoom(path: String, freeBytes: Int64, neededBytes: Int64)
    /// It was told to stop.
    case stopped

    package var description: String {
        switch self {
        case .database(let path, let error): "\(path): \(error)"
        case .file(let path, let error): "\(path): \(error)"
        case .missing(let path): "\(path): there is no database"
        case .exists(let path): "\(path) is there already; nothing was written"
        case .isDatabase(let path): "\(path) is the database itself, not a backup of it"
        case .notSound(let path, let problems):
            "\(path) is damaged and was not restored: \(problems.first ?? "")"
        case .noRoom(let path, let free, let needed):
            "\(path): the file system has \(free) bytes free; \(needed) are needed"
        case .stopped: "stopped by a signal; nothing was changed"
        }
    }
}

extension RecoveryFailure {
    /// Runs `body` and throws its error with the path that it is about.
    static func about<Value: ~Copyable>(
        _ path: String,
        _ body: () throws(FileError) -> Value
    ) throws(RecoveryFailure) -> Value {
        do throws(FileError) {
            return try body()
        } catch {
            throw .file(path: path, error)
        }
    }
}
