import Glibc

/// The name of the machine: hostname(7).
package enum MachineName {
    /// The present name; empty if it cannot be read. Wraps `gethostname(2)`.
    package static var current: String {
        // Linux allows 64 bytes; the last zero stays.
        var text = [CChar](repeating: 0, count: 65)
        let code = unsafe gethostname(&text, 64)
        guard code == 0 else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
