import Glibc

/// A failed system call: its name and its error.
package struct SystemError: Error, Hashable, CustomStringConvertible {
    /// The call's name, such as `bind`.
    package let call: String

    /// The value of `errno`.
    package let code: CInt

    package init(call: String, code: CInt) {
        self.call = call
        self.code = code
    }

    /// Whether the file system had no room, or the user none left of a quota.
    package var isFullDisk: Bool { [ENOSPC, EDQUOT].contains(code) }

    /// Whether the file or object does not exist.
    package var isAbsence: Bool { code == ENOENT }

    /// As in `bind: Address already in use (98)`.
    package var description: String { "\(call): \(Self.text(of: code)) (\(code))" }

    /// The system's description of the error.
    private static func text(of code: CInt) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        // The XSI variant of strerror_r, which fills the buffer; it fails only if the buffer is too
        // small.
        guard unsafe strerror_r(code, &buffer, buffer.count) == 0 else { return "error" }
        let text = buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        return String(decoding: text, as: UTF8.self)
    }
}

/// Runs one system call, repeats it when a signal interrupted it, and throws when it returns -1.
///
/// `EBADF` and `EFAULT` mean that this program has confused its own descriptors or memory.
/// Continuing could write the bytes of one client to another, so the process stops.
func retryingOnInterrupt(
    _ name: StaticString,
    _ call: () -> CInt
) throws(SystemError) -> CInt {
    CInt(try retryingOnInterrupt(name) { Int(call()) })
}

/// The same for calls that return a number of bytes.
func retryingOnInterrupt(
    _ name: StaticString,
    _ call: () -> Int
) throws(SystemError) -> Int {
    while true {
        let result = call()
        if result != -1 { return result }
        let code = errno
        if code == EINTR { continue }
        precondition(code != EBADF && code != EFAULT, "\(name) on an invalid descriptor or address")
        throw SystemError(call: "\(name)", code: code)
    }
}
