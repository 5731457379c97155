package import Store
package import System

/// Why a database could not be backed up, checked or restored.
package enum RecoveryFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The database or its copy failed.
    case database(path: String, StoreError)
    /// A file or directory could not be read or written.
    case file(path: String, FileError)
    /// No database exists at the path.
    case missing(path: String)
    /// The file to write exists already.
    case exists(path: String)
    /// The file to read is the database itself.
    case isDatabase(path: String)
    /// What is to be restored or imported is not sound.
    case notSound(path: String, problems: [String])
    /// The file system has less free space than the operation needs, or than must stay free.
    case noRoom(path: String, freeBytes: Int64, neededBytes: Int64)
    /// A signal stopped the operation.
    case stopped

    package var description: String {
        switch self {
        case .database(let path, let error): "\(path): \(error)"
        case .file(let path, let error): "\(path): \(error)"
        case .missing(let path): "\(path): no database exists at this path"
        case .exists(let path): "\(path) already exists; nothing was written"
        case .isDatabase(let path): "\(path) is the database itself, not a backup of it"
        case .notSound(let path, let problems):
            "\(path) is damaged, and nothing was changed: \(problems.first ?? "")"
        case .noRoom(let path, let free, let needed):
            "\(path): the file system has \(free) bytes free; \(needed) are needed"
        case .stopped: "stopped by a signal; nothing was changed"
        }
    }
}

extension RecoveryFailure {
    /// Runs `body` and throws its error with the path.
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
