import Glibc

/// The running process.
package enum CurrentProcess {
    /// Wraps `getpid(2)`.
    package static var id: Int { Int(getpid()) }

    /// Ends the process at once, without cleaning up. Wraps `_exit(2)`.
    package static func exit(_ status: Int32) -> Never { _exit(status) }

    /// A copy of the environment variables (environ(7)); of a repeated name the first counts.
    ///
    /// Nothing in the program changes its environment, so reading it needs no lock.
    package static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = unsafe environ
        while let pointer = unsafe entry.pointee {
            let text = unsafe String(cString: pointer)
            if let separator = text.firstIndex(of: "=") {
                let name = String(text[..<separator])
                let value = String(text[text.index(after: separator)...])
                if variables[name] == nil { variables[name] = value }
            }
            unsafe entry += 1
        }
        return variables
    }
}
