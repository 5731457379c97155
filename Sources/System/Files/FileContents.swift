import Glibc

/// The bytes of a small file, and its permissions.
package struct FileContents: Sendable {
    package let bytes: [UInt8]
    /// Permission bits, 0–0o7777.
    package let mode: UInt32

    /// Reads the file at `path`.
    ///
    /// Wraps `open(2)`, `fstat(2)` and `read(2)`.
    ///
    /// - Throws: ``FileError/tooLarge(bytesMax:)`` when it has more than `bytesMax` bytes.
    package init(reading path: String, bytesMax: Int) throws(FileError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath }
        let raw = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("open") { unsafe open(path, O_RDONLY | O_CLOEXEC) }
        }
        let descriptor = Descriptor(owning: raw)
        (bytes, mode) = try Self.read(descriptor.raw, bytesMax: bytesMax)
        // Keeps the descriptor open until here.
        _ = consume descriptor
    }

    /// Reads the first `byteCount` bytes of the file at `path`, or all of a shorter file.
    package init(startOf path: String, byteCount: Int) throws(FileError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath }
        let raw = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("open") { unsafe open(path, O_RDONLY | O_CLOEXEC) }
        }
        let descriptor = Descriptor(owning: raw)
        (bytes, mode) = try Self.read(descriptor.raw, bytesMax: byteCount, isWhole: false)
        _ = consume descriptor
    }

    /// Reads standard input, which may be a pipe, to its end; it stays open.
    package init(readingStandardInput bytesMax: Int) throws(FileError) {
        // Standard input may be closed from the start, which is not a mistake of this program.
        guard fcntl(STDIN_FILENO, F_GETFD) != -1 else {
            throw .system(SystemError(call: "fcntl", code: errno))
        }
        (bytes, mode) = try Self.read(STDIN_FILENO, bytesMax: bytesMax)
    }

    private static func read(
        _ raw: CInt,
        bytesMax: Int,
        isWhole: Bool = true
    ) throws(FileError) -> (bytes: [UInt8], mode: UInt32) {
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
            if count == 0 { return (bytes, mode) }
            bytes += buffer[..<count]
            if bytes.count <= bytesMax { continue }
            if isWhole { throw .tooLarge(bytesMax: bytesMax) }
            return (Array(bytes[..<bytesMax]), mode)
        }
    }
}
