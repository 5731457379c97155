import Foundation
import Synchronization

/// Listens on a loopback port and plays a script on every connection, each on a thread of its own.
package final class TestServer: Sendable {
    package typealias Script = @Sendable (ServerPeer) throws -> Void

    package var port: Int { listener.port }
    private let listener: LoopbackListener
    private let names = Mutex<[String?]>([])

    /// How many connections have been accepted.
    package var acceptedCount: Int { listener.acceptedCount }

    /// What each TLS client named in its handshake (SNI), in order.
    package var serverNames: [String?] { names.withLock { $0 } }

    package init(tls: ServerTLS? = nil, _ script: @escaping Script) throws {
        listener = try LoopbackListener()
        listener.acceptAll { [weak self] raw in
            guard let peer = try? ServerPeer(raw, tls: tls) else { return }
            if tls != nil { self?.names.withLock { $0.append(peer.serverName) } }
            try? script(peer)
        }
    }

    /// A server that answers each request with the next of `answers`, and then closes.
    package static func answering(tls: ServerTLS? = nil, _ answers: String...) throws -> TestServer
    {
        try TestServer(tls: tls) { peer in
            for answer in answers {
                guard try peer.readRequest() != nil else { return }
                try peer.write(answer)
            }
        }
    }
}
