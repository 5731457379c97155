import Foundation
import Glibc
import Support

/// A listening socket that is passed to one daemon after another, as a service manager does it
/// (sd_listen_fds(3)).
final class PassedSocket: Sendable {
    let endpoint: Endpoint
    let descriptor: CInt

    /// The name in `LISTEN_FDNAMES`.
    static let name = "notify"

    /// Listens on a free port of 127.0.0.1.
    init() throws {
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = socket(AF_INET, type, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let raw = descriptor
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                if bind(raw, $0, size) != 0 || listen(raw, 4096) != 0 { return errno }
                return getsockname(raw, $0, &size) == 0 ? 0 : errno
            }
        }
        guard code == 0 else { throw SystemCallFailure(call: "listen", code: code) }
        endpoint = .loopback(port: UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }

    /// The command that starts a program with the socket; only the program itself knows its
    /// process's id, which `LISTEN_PID` has to be.
    static func command(_ command: [String]) -> [String] {
        ["/bin/sh", "-c", "LISTEN_PID=$$ exec \"$@\"", "sh"] + command
    }

    /// The variables besides `LISTEN_PID`.
    static let environment = ["LISTEN_FDS": "1", "LISTEN_FDNAMES": name]
}
