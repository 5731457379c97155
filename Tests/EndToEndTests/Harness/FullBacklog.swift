import Glibc
import Support

/// A listening socket that accepts nothing and whose backlog is full: attempts to connect are not
/// answered.
final class FullBacklog {
    let endpoint: Endpoint
    private let descriptor: CInt
    private var waiting: [CInt] = []

    init() throws {
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = socket(AF_INET, type, 0)
        let port = try descriptor.bindToLoopback()
        guard listen(descriptor, 0) == 0 else { throw RawClient.Failure.call("listen", errno) }
        endpoint = .loopback(port: UInt16(port))
        // The kernel takes one more than the backlog says; further ones only begin to connect.
        for _ in 0..<4 { waiting.append(try Self.beginConnecting(port)) }
    }

    deinit { for socket in waiting + [descriptor] { close(socket) } }

    private static func beginConnecting(_ port: Int) throws -> CInt {
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let client = socket(AF_INET, type, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 || errno == EINPROGRESS else {
            throw RawClient.Failure.call("connect", errno)
        }
        return client
    }
}
