import Glibc

/// Examines paths.
package enum FilePath {
    /// The absolute path without symbolic links that `path` leads to; its last component need not
    /// exist.
    ///
    /// Wraps `realpath(3)` and `readlink(2)`.
    package static func resolve(_ path: String) throws(FileError) -> String {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath }
        var path = path
        for _ in 0..<linksMax {
            if let resolved = real(path) { return resolved }
            guard errno == ENOENT else { throw failure("realpath") }
            guard let target = try link(path) else { return try resolveDirectory(of: path) }
            path = target.hasPrefix("/") ? target : directory(of: path) + "/" + target
        }
        throw .system(SystemError(call: "realpath", code: ELOOP))
    }

    /// The directory of a path, as in `dirname(1)`.
    package static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The names in a directory, in no particular order. Wraps `opendir(3)` and `readdir(3)`.
    package static func names(in directory: String) throws(FileError) -> [String] {
        guard !directory.isEmpty, !directory.utf8.contains(0) else { throw .badPath }
        guard let stream = unsafe opendir(directory) else { throw failure("opendir") }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            // readdir(3) returns nil at the end and after an error; only an error sets errno.
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                if errno != 0 { throw failure("readdir") }
                return names
            }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
                    unsafe String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    /// The size of the regular file at `path` in bytes; nil when there is none.
    ///
    /// Wraps `stat(2)`.
    package static func byteCount(_ path: String) throws(FileError) -> Int? {
        var status = stat()
        do throws(SystemError) {
            _ = try retryingOnInterrupt("stat") { unsafe stat(path, &status) }
        } catch {
            if error.code == ENOENT { return nil }
            throw .system(error)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
        return Int(status.st_size)
    }

    /// Whether `path` leads to a regular file that this process may read and write.
    ///
    /// Wraps `stat(2)` and `access(2)`; opens nothing.
    private static func isUsable(_ path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return false
        }
        return unsafe access(path, R_OK | W_OK) == 0
    }

    /// Whether a file exists that is no regular file, or that this process may not read and write.
    package static func isUnusable(_ path: String) -> Bool {
        FileCreation.exists(path) && !isUsable(path)
    }

    /// The number of symbolic links that the kernel follows: path_resolution(7).
    private static let linksMax = 40

    private static func resolveDirectory(of path: String) throws(FileError) -> String {
        let directory = directory(of: path)
        guard let resolved = real(directory) else { throw failure("realpath") }
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        return (resolved == "/" ? "" : resolved) + "/" + name
    }

    private static func real(_ path: String) -> String? {
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// The target of the symbolic link at `path`; nil when nothing is at `path`.
    private static func link(_ path: String) throws(FileError) -> String? {
        let size = Int(PATH_MAX)
        var buffer = [CChar](repeating: 0, count: size)
        do throws(SystemError) {
            let count = try retryingOnInterrupt("readlink") {
                unsafe readlink(path, &buffer, size)
            }
            return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        } catch {
            if error.code == ENOENT { return nil }
            throw .system(error)
        }
    }

    private static func failure(_ call: String) -> FileError {
        .system(SystemError(call: call, code: errno))
    }
}
