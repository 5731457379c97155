import Glibc

/// All bytes of a small file, and who may read it.
package struct FileContents: Sendable {
    package let bytes: [UInt8]
    /// Permission bits, 0–0o7777.
    package let mode: UInt32

    /// Reads the file at `path`, at most `bytesMax` bytes of it.
    ///
    /// Wraps `open(2)`, `fstat(2)` and `read(2)`.
    package init(reading path: String, bytesMax: Int) throws(FileError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath }
        let raw = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("open") { unsafe open(path, O_RDONLY | O_CLOEXEC) }
        }
        let descriptor = Descriptor(owning: raw)
        var status = stat()
        _ = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("fstat") { unsafe fstat(raw, &status) }
        }
        mode = UInt32(status.st_mode) & 0o7777
        bytes = try Self.read(descriptor, bytesMax: bytesMax)
    }

    private static func read(
        _ descriptor: borrowing Descriptor,
        bytesMax: Int
    ) throws(FileError) -> [UInt8] {
        let raw = descriptor.raw
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
            if count == 0 { return bytes }
            guard bytes.count + count <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
            bytes += buffer[..<count]
        }
    }
}
