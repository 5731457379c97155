import Glibc

/// Makes the contents of a file durable that may only seem to be.
///
/// When a sync fails, Linux keeps the bytes in its page cache and counts them as written: they are
/// read as if they were in the file, later syncs succeed without them, and a power cut loses them
/// (<https://www.usenix.org/conference/atc20/presentation/rebello>). Bytes that are written again
/// are part of the next sync.
package enum FileRewriting {
    /// How many bytes are written at a time.
    private static let chunkBytes = 1 << 16

    /// Writes all bytes of the file at `path` again, and returns when they are durable; a missing
    /// file is not an error.
    ///
    /// Other programs may read the file meanwhile, and none may write to it. Wraps `pread(2)`,
    /// `pwrite(2)` and `fdatasync(2)`.
    package static func run(_ path: String) throws(FileError) {
        let raw: CInt
        do throws(SystemError) {
            raw = try retryingOnInterrupt("open") { unsafe open(path, O_RDWR | O_CLOEXEC) }
        } catch {
            if error.code == ENOENT { return }
            throw .system(error)
        }
        let descriptor = Descriptor(owning: raw)
        try asFileError { () throws(SystemError) in
            try rewrite(raw)
            _ = try retryingOnInterrupt("fdatasync") { fdatasync(raw) }
        }
        // Keeps the descriptor open until here.
        _ = consume descriptor
    }

    private static func rewrite(_ raw: CInt) throws(SystemError) {
        var buffer = [UInt8](repeating: 0, count: chunkBytes)
        var offset = 0
        while true {
            let (start, count) = (offset, buffer.count)
            let read = try unsafe buffer.withUnsafeMutableBufferPointer {
                (buffer) throws(SystemError) in
                try retryingOnInterrupt("pread") {
                    unsafe pread(raw, buffer.baseAddress, count, off_t(start))
                }
            }
            if read == 0 { return }
            var written = 0
            while written < read {
                let rest = buffer[written..<read]
                let place = off_t(offset + written)
                written += try unsafe rest.withUnsafeBufferPointer { (rest) throws(SystemError) in
                    try retryingOnInterrupt("pwrite") {
                        unsafe pwrite(raw, rest.baseAddress, rest.count, place)
                    }
                }
            }
            offset += read
        }
    }
}
