import Glibc
import Support

/// The result of a call, or the error behind its -1.
func checked<Value: SignedInteger>(_ call: String, _ value: Value) throws -> Value {
    if value == -1 { throw SystemCallFailure(call: call, code: errno) }
    return value
}

/// Nanoseconds by one of the system's clocks.
func nanoseconds(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// The text of a small file, such as one of `/proc`.
func contents(of path: String) throws -> String {
    let descriptor = try checked("open \(path)", open(path, O_RDONLY))
    defer { close(descriptor) }
    return try contents(of: descriptor)
}

/// What can be read up to the end.
func contents(of descriptor: CInt) throws -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = try checked("read", read(descriptor, &buffer, buffer.count))
        if count == 0 { return String(decoding: bytes, as: UTF8.self) }
        bytes += buffer[..<count]
    }
}

/// Writes a small file anew.
func write(_ text: String, to path: String) throws {
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    let descriptor = try checked("open \(path)", open(path, flags, 0o600))
    defer { close(descriptor) }
    try write(text, to: descriptor)
}

/// Writes text to an open file.
func write(_ text: String, to descriptor: CInt) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        rest = rest.dropFirst(try checked("write", count))
    }
}
