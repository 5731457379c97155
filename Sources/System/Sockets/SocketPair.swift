import CLinux
import Glibc

/// Two sockets that are connected with each other.
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

    /// Hands over both.
    package consuming func take(
        _ body: (_ near: consuming Descriptor, _ far: consuming Descriptor) -> Void
    ) {
        body(near, far)
    }
}
