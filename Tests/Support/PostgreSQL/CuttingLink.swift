import Foundation
import Glibc
import Synchronization

/// A TCP port that leads to the Unix socket of a server, until a number of bytes has passed.
package final class CuttingLink: Sendable {
    package enum Way: CaseIterable { case toServer, fromServer }

    private let listener: LoopbackListener
    private let rest = Rest()

    /// - Parameter path: of the socket.
    package init(to path: String) throws {
        listener = try LoopbackListener()
        let rest = rest
        listener.acceptAll { client in
            let server = UnixSocket.connect(path)
            Thread.detachNewThread { rest.pass(.fromServer, server, client) }
            rest.pass(.toServer, client, server)
        }
    }

    package var port: Int { listener.port }

    /// Cuts the connection when so many more bytes have passed one way.
    package func cut(after count: Int, _ way: Way) { rest.left.withLock { $0[way] = count } }
}

/// How many bytes may still pass, each way.
private final class Rest: Sendable {
    let left = Mutex<[CuttingLink.Way: Int]>([:])

    func pass(_ way: CuttingLink.Way, _ source: CInt, _ target: CInt) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            let allowed = left.withLock { rest in
                guard let left = rest[way] else { return count }
                rest[way] = max(left - count, 0)
                return min(left, count)
            }
            if allowed > 0 { _ = send(target, buffer, allowed, CInt(MSG_NOSIGNAL)) }
            if allowed < count { break }
        }
        // The thread of the other way sees it, too. The descriptors are left to the process: one
        // that is closed here could be another one there.
        shutdown(source, CInt(SHUT_RDWR))
        shutdown(target, CInt(SHUT_RDWR))
    }
}
