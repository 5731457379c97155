import Foundation
import HTTPClient
import Synchronization

/// Listens on a loopback port and plays a script on every connection, each on a thread of its own.
final class TestServer: Sendable {
    typealias Script = @Sendable (ServerPeer) throws -> Void

    let port: Int
    private let listener: CInt
    private let accepted = Atomic(0)
    private let names = Mutex<[String?]>([])

    /// How many connections have been accepted.
    var acceptedCount: Int { accepted.load(ordering: .sequentiallyConsistent) }

    /// What each TLS client named in its handshake (SNI), in order.
    var serverNames: [String?] { names.withLock { $0 } }

    init(tls: ServerTLS? = nil, _ script: @escaping Script) throws {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        self.listener = listener
        port = try listener.bindToLoopback()
        guard listen(listener, 128) == 0 else { throw ServerPeer.Failure.call("listen", errno) }
        Thread.detachNewThread { [weak self] in
            while true {
                let raw = accept(listener, nil, nil)
                guard raw >= 0, let self else {
                    close(raw)
                    close(listener)
                    return
                }
                accepted.add(1, ordering: .sequentiallyConsistent)
                Thread.detachNewThread { [weak self] in
                    guard let peer = try? ServerPeer(raw, tls: tls) else { return }
                    if tls != nil { self?.names.withLock { $0.append(peer.serverName) } }
                    try? script(peer)
                }
            }
        }
    }

    /// Accepting ends, and with it the thread, which closes the listener.
    deinit { shutdown(listener, CInt(SHUT_RDWR)) }

    func origin(_ host: String = "127.0.0.1", isSecure: Bool = false) -> Origin {
        Origin(isSecure: isSecure, host: host, port: port)
    }

    /// A server that answers each request with the next of `answers`, and then closes.
    static func answering(tls: ServerTLS? = nil, _ answers: String...) throws -> TestServer {
        try TestServer(tls: tls) { peer in
            for answer in answers {
                guard try peer.readRequest() != nil else { return }
                try peer.write(answer)
            }
        }
    }
}

extension CInt {
    /// Binds to a free port of 127.0.0.1; returns it.
    func bindToLoopback() throws -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(self, address, size) == 0, getsockname(self, address, &size) == 0 else {
                    throw ServerPeer.Failure.call("bind", errno)
                }
            }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
    }
}
