import Glibc

/// A system call of a test failed.
package struct LoopbackFailure: Error {
    package let call: String
    package let code: CInt
}

extension CInt {
    /// Binds a socket to a free port of 127.0.0.1; returns the port.
    package func bindToLoopback() throws -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(self, address, size) == 0, getsockname(self, address, &size) == 0 else {
                    throw LoopbackFailure(call: "bind", code: errno)
                }
            }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
    }
}

/// A port of 127.0.0.1 on which no server listens, nor any will: connections are refused.
///
/// The port stays bound by a socket that does not listen, as long as the process runs. A port that
/// is only free could be given to the server of another test, which would get the connections.
package enum ClosedPort {
    /// Binds a socket to a free port; returns the port.
    package static func make() throws -> Int {
        try socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0).bindToLoopback()
    }
}
