package import Sockets

/// The right of one process to use a database: a lock on the file `DATABASE.lock`.
package struct InstanceLock: ~Copyable {
    private let lock: FileLock

    /// Why the database cannot be used.
    package enum Refusal: Error, Equatable, Sendable, CustomStringConvertible {
        /// Another process uses it; its id, where it can be told.
        case inUse(lockFile: String, process: Int?)
        /// The lock's file cannot be opened or locked.
        case failed(lockFile: String, FileError)

        package var description: String {
            switch self {
            case .inUse(let lockFile, let process?):
                "the database is in use by process \(process) (\(lockFile))"
            case .inUse(let lockFile, nil):
                "the database is in use by a process of another namespace (\(lockFile))"
            case .failed(let lockFile, let error):
                "cannot lock \(lockFile): \(error)"
            }
        }
    }

    /// Takes the lock, or says who has it. A file left behind by an earlier run is no obstacle.
    package init(database: String) throws(Refusal) {
        let path = database + ".lock"
        let attempt: FileLock.Attempt
        do throws(FileError) {
            attempt = try FileLock.acquire(path)
        } catch {
            throw .failed(lockFile: path, error)
        }
        switch consume attempt {
        case .locked(let lock): self.lock = lock
        case .held(let process): throw .inUse(lockFile: path, process: process)
        }
    }
}
