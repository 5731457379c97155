import Glibc

/// The bytes of a small file, and its permissions.
package struct FileContents: Sendable {
    package let bytes: [UInt8]
    /// Permission bits, 0–0o7777.
    package let mode: UInt32
    /// The user that owns the file.
    package let ownerID: UInt32

    /// Reads the file at `path`.
    ///
    /// Wraps `open(2)`, `fstat(2)` and `read(2)`.
    ///
    /// - Parameter allowsPipe: whether it may be a FIFO with a name, which makes the caller wait
    ///   for its writer. Pipes of the caller's own, as in `/dev/fd/63`, are always read.
    /// - Throws: ``FileError/tooLarge(bytesMax:)`` when it has more than `bytesMax` bytes.
    package init(
        reading path: String,
        bytesMax: Int,
        allowsPipe: Bool = false
    ) throws(FileError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath }
        let descriptor = try Self.open(path, allowsPipe: allowsPipe)
        (bytes, mode, ownerID) = try Self.read(descriptor.raw, bytesMax: bytesMax)
        // Keeps the descriptor open until here.
        _ = consume descriptor
    }

    /// Reads the first `byteCount` bytes of the file at `path`, or all of a shorter file.
    package init(startOf path: String, byteCount: Int) throws(FileError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath }
        let descriptor = try Self.open(path, allowsPipe: false)
        (bytes, mode, ownerID) = try Self.read(descriptor.raw, bytesMax: byteCount, isWhole: false)
        _ = consume descriptor
    }

    /// Reads standard input, which may be a pipe, to its end; it stays open.
    package init(readingStandardInput bytesMax: Int) throws(FileError) {
        // Standard input may be closed from the start, which is not a mistake of this program.
        guard fcntl(STDIN_FILENO, F_GETFD) != -1 else {
            throw .system(SystemError(call: "fcntl", code: errno))
        }
        (bytes, mode, ownerID) = try Self.read(STDIN_FILENO, bytesMax: bytesMax)
    }

    /// Opens a file for reading.
    ///
    /// - Throws: ``FileError/notRegular`` for a FIFO that is not allowed; without a writer it would
    ///   make the program wait for ever.
    private static func open(
        _ path: String,
        allowsPipe: Bool
    ) throws(FileError) -> Descriptor {
        let isPassed = path.hasPrefix("/dev/") || path.hasPrefix("/proc/self/fd/")
        let waits = isPassed || allowsPipe
        let flags = O_RDONLY | O_CLOEXEC | (waits ? 0 : O_NONBLOCK)
        let raw = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("open") { unsafe Glibc.open(path, flags) }
        }
        let descriptor = Descriptor(owning: raw)
        var status = stat()
        _ = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("fstat") { unsafe fstat(raw, &status) }
        }
        guard waits || status.st_mode & S_IFMT != S_IFIFO else { throw .notRegular }
        return descriptor
    }

    private static func read(
        _ raw: CInt,
        bytesMax: Int,
        isWhole: Bool = true
    ) throws(FileError) -> (bytes: [UInt8], mode: UInt32, ownerID: UInt32) {
        var status = stat()
        _ = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("fstat") { unsafe fstat(raw, &status) }
        }
        let mode = UInt32(status.st_mode) & 0o7777
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(bytesMax + 1, 65_536))
        while true {
            let count = try asFileError { () throws(SystemError) in
                try unsafe buffer.withUnsafeMutableBufferPointer { (buffer) throws(SystemError) in
                    try retryingOnInterrupt("read") {
                        unsafe Glibc.read(raw, buffer.baseAddress, buffer.count)
                    }
                }
            }
            if count == 0 { return (bytes, mode, status.st_uid) }
            bytes += buffer[..<count]
            if bytes.count <= bytesMax { continue }
            if isWhole { throw .tooLarge(bytesMax: bytesMax) }
            return (Array(bytes[..<bytesMax]), mode, status.st_uid)
        }
    }
}
