import Glibc

/// Makes, renames and removes files and directories.
package enum FileCreation {
    /// Writes a file that must not exist yet, on disk when this returns.
    ///
    /// Wraps `open(2)` with `O_EXCL`, `write(2)` and `fsync(2)`. A file that could not be written
    /// whole is removed again.
    ///
    /// - Parameter owner: nil for the process's own user.
    package static func write(
        _ bytes: [UInt8],
        to path: String,
        mode: UInt32,
        owner: FileOwnership? = nil
    ) throws(FileError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath }
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let raw = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("open") { unsafe open(path, flags, mode_t(mode)) }
        }
        let descriptor = Descriptor(owning: raw)
        do throws(SystemError) {
            try writeAll(bytes, to: descriptor)
            // Whatever the umask took away comes back: the mode is what was asked for.
            _ = try retryingOnInterrupt("fchmod") { fchmod(raw, mode_t(mode)) }
            owner?.give(descriptor)
            _ = try retryingOnInterrupt("fsync") { fsync(raw) }
        } catch {
            // The first error is the one to tell.
            _ = unsafe unlink(path)
            throw .system(error)
        }
    }

    /// Makes a directory and those above it, where they are missing.
    package static func makeDirectories(_ path: String, mode: UInt32) throws(FileError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath }
        var above = ""
        for name in path.split(separator: "/") {
            above += (above.isEmpty && !path.hasPrefix("/") ? "" : "/") + name
            try makeDirectory(above, mode: mode)
        }
    }

    /// One that is there already is as good. Wraps `mkdir(2)`.
    private static func makeDirectory(_ path: String, mode: UInt32) throws(FileError) {
        do throws(SystemError) {
            _ = try retryingOnInterrupt("mkdir") { unsafe mkdir(path, mode_t(mode)) }
        } catch {
            if error.code == EEXIST { return }
            throw .system(error)
        }
    }

    /// Removes a file; one that is not there is as good. Wraps `unlink(2)`.
    package static func remove(_ path: String) throws(FileError) {
        do throws(SystemError) {
            _ = try retryingOnInterrupt("unlink") { unsafe unlink(path) }
        } catch {
            if error.code == ENOENT { return }
            throw .system(error)
        }
    }

    /// Gives a file or directory another name, in place of a file that had it. Wraps `rename(2)`.
    package static func rename(_ path: String, to other: String) throws(FileError) {
        _ = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("rename") { unsafe Glibc.rename(path, other) }
        }
    }

    /// Whether something is at `path`, be it a broken link. Wraps `lstat(2)`.
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    private static func writeAll(
        _ bytes: [UInt8],
        to descriptor: borrowing Descriptor
    ) throws(SystemError) {
        let raw = descriptor.raw
        var written = 0
        while written < bytes.count {
            let rest = bytes[written...]
            written += try unsafe rest.withUnsafeBufferPointer { (rest) throws(SystemError) in
                try retryingOnInterrupt("write") {
                    unsafe Glibc.write(raw, rest.baseAddress, rest.count)
                }
            }
        }
    }
}

/// Why a file could not be read or written.
package enum FileError: Error, Equatable, Sendable, CustomStringConvertible {
    case system(SystemError)
    /// The file holds more than was allowed for.
    case tooLarge(bytesMax: Int)
    /// The path cannot be one: it is empty or holds a NUL.
    case badPath
    /// It is a directory, a pipe or a device.
    case notRegular

    /// Whether it says that a file is not a regular one: a directory, a symbolic link where none is
    /// followed, or a socket.
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
        case .tooLarge(let bytesMax): "it holds more than \(bytesMax) bytes"
        case .badPath: "the path is empty or holds a NUL"
        case .notRegular: "it is no regular file"
        }
    }
}

/// Runs `call` and turns its `SystemError` into a `FileError`.
func asFileError<Value: ~Copyable>(
    _ call: () throws(SystemError) -> Value
) throws(FileError) -> Value {
    do throws(SystemError) {
        return try call()
    } catch {
        throw .system(error)
    }
}
