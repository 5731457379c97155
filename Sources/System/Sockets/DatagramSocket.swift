import CLinux
import Glibc

/// Sends messages to a Unix datagram socket.
package struct DatagramSocket: ~Copyable, Sendable {
    private let descriptor: Descriptor
    private let path: [UInt8]

    /// - Parameter path: the path of the receiver; one that begins with `@` is in the abstract
    ///   namespace (unix(7)). Nil when it is empty or longer than such a path can be.
    ///
    /// Wraps `socket(2)`.
    package init?(to path: String) throws(SystemError) {
        var bytes = Array(path.utf8)
        guard (1...UnixListenAddress.pathBytesMax).contains(bytes.count), !bytes.contains(0) else {
            return nil
        }
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        let type = CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let raw = try retryingOnInterrupt("socket") { socket(AF_UNIX, type, 0) }
        descriptor = Descriptor(owning: raw)
        self.path = bytes
    }

    /// Sends one message. Wraps `sendto(2)`.
    package borrowing func send(_ message: String) throws(SystemError) {
        let raw = descriptor.raw
        let bytes = Array(message.utf8)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
        // An abstract name ends where the address ends; a path may end there too.
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let flags = CInt(MSG_NOSIGNAL)
        _ = try unsafe withUnsafePointer(to: address) { (address) throws(SystemError) in
            try unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                (address) throws(SystemError) in
                try retryingOnInterrupt("sendto") {
                    unsafe sendto(raw, bytes, bytes.count, flags, address, length)
                }
            }
        }
    }
}

/// Two sockets that are connected to each other.
package struct SocketPair: ~Copyable {
    let near: Descriptor
    let far: Descriptor

    /// Wraps `socketpair(2)`.
    package init() throws(SystemError) {
        let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        var pair: [CInt] = [-1, -1]
        _ = try retryingOnInterrupt("socketpair") { unsafe socketpair(AF_UNIX, type, 0, &pair) }
        near = Descriptor(owning: pair[0])
        far = Descriptor(owning: pair[1])
    }

    /// Passes ownership of both to `body`.
    package consuming func take(
        _ body: (_ near: consuming Descriptor, _ far: consuming Descriptor) -> Void
    ) {
        body(near, far)
    }
}
