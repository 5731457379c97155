import Glibc

/// A system call that failed: which one, and why.
package struct SystemError: Error, Hashable, CustomStringConvertible {
    /// The call's name, such as `bind`.
    package let call: String

    /// The value of `errno`.
    package let code: CInt

    package init(call: String, code: CInt) {
        self.call = call
        self.code = code
    }

    /// Whether what was asked for does not exist.
    package var isAbsence: Bool { code == ENOENT }

    /// As in `bind: Address already in use (98)`.
    package var description: String { "\(call): \(Self.text(of: code)) (\(code))" }

    private static func text(of code: CInt) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        // The XSI variant, which fills the buffer; it fails only on a buffer that is too small.
        guard unsafe strerror_r(code, &buffer, buffer.count) == 0 else { return "error" }
        let text = buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        return String(decoding: text, as: UTF8.self)
    }
}

/// Runs one system call, again when a signal interrupted it, and turns -1 into an error.
///
/// `EBADF` and `EFAULT` mean that this program mixed up its own descriptors or memory: going on
/// could write one client's bytes to another, so the process stops.
func retryingOnInterrupt(
    _ name: StaticString,
    _ call: () -> CInt
) throws(SystemError) -> CInt {
    CInt(try retryingOnInterrupt(name) { Int(call()) })
}

/// The same for calls that return a count of bytes.
func retryingOnInterrupt(
    _ name: StaticString,
    _ call: () -> Int
) throws(SystemError) -> Int {
    while true {
        let result = call()
        if result != -1 { return result }
        let code = errno
        if code == EINTR { continue }
        precondition(code != EBADF && code != EFAULT, "\(name) on a descriptor not ours")
        throw SystemError(call: "\(name)", code: code)
    }
}
