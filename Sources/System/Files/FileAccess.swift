import Glibc

extension FilePath {
    /// What keeps this process from creating files in a directory; nil if nothing does.
    ///
    /// Wraps `stat(2)` and `access(2)`; creates nothing.
    package static func obstacle(toCreatingIn directory: String) -> String? {
        var status = stat()
        guard !directory.isEmpty, unsafe stat(directory, &status) == 0 else {
            let error = SystemError(call: "stat", code: directory.isEmpty ? ENOENT : errno)
            return error.isAbsence ? "does not exist" : "cannot be examined, \(error)"
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return "is not a directory" }
        if unsafe access(directory, W_OK | X_OK) == 0 { return nil }
        return errno == EROFS ? "is on a read-only file system" : "is not writable for this user"
    }
}

extension FileError {
    /// See ``SystemError/isFullDisk``.
    package var isFullDisk: Bool {
        if case .system(let error) = self { error.isFullDisk } else { false }
    }

    /// Whether the same attempt fails again until an operator changes something: the file, its
    /// directory or their permissions.
    package var isLasting: Bool {
        switch self {
        case .notRegular, .badPath, .tooLarge: true
        case .system(let error): error.isLasting
        }
    }
}

extension SystemError {
    /// Whether the same attempt fails again until an operator changes something.
    var isLasting: Bool {
        [
            ENOENT, ENOTDIR, EACCES, EPERM, EISDIR, ELOOP, EROFS, ENAMETOOLONG, ENXIO, EINVAL,
            EAFNOSUPPORT,
        ].contains(code)
    }
}
