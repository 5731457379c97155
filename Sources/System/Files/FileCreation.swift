import Glibc

/// Creates, renames and removes files and directories.
package enum FileCreation {
    /// Writes a new file, which is durable when this returns; its name in the directory is not.
    ///
    /// A file that could not be written completely is removed.
    ///
    /// - Parameter owner: nil means the user of this process.
    package static func write(
        _ bytes: [UInt8],
        to path: String,
        mode: UInt32,
        owner: FileOwnership? = nil
    ) throws(FileError) {
        let file = try NewFile(path, mode: mode, owner: owner)
        try file.append(bytes)
        try file.finish()
    }

    /// Creates a directory and its missing parents.
    package static func makeDirectories(_ path: String, mode: UInt32) throws(FileError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath }
        var above = ""
        for name in path.split(separator: "/") {
            above += (above.isEmpty && !path.hasPrefix("/") ? "" : "/") + name
            try makeDirectory(above, mode: mode)
        }
    }

    /// Creates a directory; one that exists is not an error. Wraps `mkdir(2)`.
    private static func makeDirectory(_ path: String, mode: UInt32) throws(FileError) {
        do throws(SystemError) {
            _ = try retryingOnInterrupt("mkdir") { unsafe mkdir(path, mode_t(mode)) }
        } catch {
            if error.code == EEXIST { return }
            throw .system(error)
        }
    }

    /// Removes a file; a missing one is not an error. Wraps `unlink(2)`.
    package static func remove(_ path: String) throws(FileError) {
        do throws(SystemError) {
            _ = try retryingOnInterrupt("unlink") { unsafe unlink(path) }
        } catch {
            if error.code == ENOENT { return }
            throw .system(error)
        }
    }

    /// Renames a file or directory, and replaces a file that has the new name. Wraps `rename(2)`.
    package static func rename(_ path: String, to other: String) throws(FileError) {
        _ = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("rename") { unsafe Glibc.rename(path, other) }
        }
    }

    /// Whether a file or link, even a broken one, is at `path`. Wraps `lstat(2)`.
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }
}

/// Why a file could not be read or written.
package enum FileError: Error, Equatable, Sendable, CustomStringConvertible {
    case system(SystemError)
    /// The file is larger than the limit.
    case tooLarge(bytesMax: Int)
    /// The path is empty or contains a NUL.
    case badPath
    /// It is a directory, a pipe or a device.
    case notRegular

    /// Whether it says that a file is not a regular one: a directory, a symbolic link that must not
    /// be followed, or a socket.
    package var isNotRegular: Bool {
        switch self {
        case .notRegular: true
        case .system(let error): [EISDIR, ELOOP, ENXIO].contains(error.code)
        case .tooLarge, .badPath: false
        }
    }

    package var description: String {
        switch self {
        case .system(let error): error.description
        case .tooLarge(let bytesMax): "it has more than \(bytesMax) bytes"
        case .badPath: "the path is empty or contains a NUL"
        case .notRegular: "it is not a regular file"
        }
    }
}

/// Runs `call` and converts its error.
func asFileError<Value: ~Copyable>(
    _ call: () throws(SystemError) -> Value
) throws(FileError) -> Value {
    do throws(SystemError) {
        return try call()
    } catch {
        throw .system(error)
    }
}
