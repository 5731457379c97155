import Glibc

/// Renames files, and makes names and contents durable.
package enum FileMove {
    /// Renames the file at `path`, and replaces any file that has the new name. Wraps `rename(2)`.
    package static func rename(_ path: String, to other: String) throws(FileError) {
        _ = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("rename") { unsafe Glibc.rename(path, other) }
        }
    }

    /// Adds a hard link to the file at `path`. Wraps `link(2)`.
    package static func link(_ path: String, as other: String) throws(FileError) {
        _ = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("link") { unsafe Glibc.link(path, other) }
        }
    }

    /// Returns when the contents of the file, or the names in the directory, at `path` are durable.
    ///
    /// Wraps `fsync(2)`. No SQLite connection of this process may be open on the file: closing the
    /// descriptor would drop its locks.
    package static func synchronize(_ path: String) throws(FileError) {
        let file = try FileToSynchronize(path)
        try file.synchronize()
        file.close()
    }
}

/// A file or directory that is synced several times.
package struct FileToSynchronize: ~Copyable {
    private let descriptor: Descriptor

    /// Wraps `open(2)`.
    package init(_ path: String) throws(FileError) {
        let raw = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("open") { unsafe open(path, O_RDONLY | O_CLOEXEC) }
        }
        descriptor = Descriptor(owning: raw)
    }

    /// Returns when everything written so far is durable. Wraps `fsync(2)`.
    package borrowing func synchronize() throws(FileError) {
        let raw = descriptor.raw
        _ = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("fsync") { fsync(raw) }
        }
    }

    /// Closes the descriptor, which drops the locks of an SQLite connection of this process on the
    /// file; call it after that connection was closed.
    package consuming func close() {}
}

/// The owner, the group and the permissions of a file.
package struct FileOwnership: Equatable, Sendable {
    package let userID: UInt32
    package let groupID: UInt32

    /// Permission bits, 0–0o7777.
    package var mode: UInt32

    package init(userID: UInt32, groupID: UInt32, mode: UInt32) {
        self.userID = userID
        self.groupID = groupID
        self.mode = mode
    }

    /// Reads those of the file or directory at `path`. Wraps `stat(2)`.
    package init(of path: String) throws(FileError) {
        var status = stat()
        _ = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("stat") { unsafe stat(path, &status) }
        }
        userID = status.st_uid
        groupID = status.st_gid
        mode = UInt32(status.st_mode) & 0o7777
    }

    /// The owner for a new file beside the file at `path`: that of the file, else that of its
    /// directory.
    ///
    /// Nil unless the process runs as root: the program that owns the other files could not use a
    /// file of root. Also nil when neither can be examined. Wraps `geteuid(2)` and `stat(2)`.
    package static func ofNewFile(beside path: String) -> FileOwnership? {
        guard geteuid() == 0 else { return nil }
        return (try? FileOwnership(of: path))
            ?? (try? FileOwnership(of: FilePath.directory(of: path)))
    }

    /// Changes the owner of a new file. Wraps `fchown(2)`.
    func give(_ descriptor: borrowing Descriptor) {
        if (userID, groupID) == (geteuid(), getegid()) { return }
        // As in SQLite, a failure leaves the file to root, which may lack this one capability.
        _ = fchown(descriptor.raw, userID, groupID)
    }

    /// Applies them to the file at `path`. Wraps `chown(2)`, if needed, and `chmod(2)`.
    package func apply(to path: String) throws(FileError) {
        let present = try FileOwnership(of: path)
        if (present.userID, present.groupID) != (userID, groupID) {
            _ = try asFileError { () throws(SystemError) in
                try retryingOnInterrupt("chown") { unsafe chown(path, userID, groupID) }
            }
        }
        _ = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("chmod") { unsafe chmod(path, mode_t(mode)) }
        }
    }
}
