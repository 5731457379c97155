import Foundation
import Synchronization

/// An HTTP proxy on loopback that opens tunnels to one server, whatever name it is asked for.
package final class TestProxy: Sendable {
    /// What it does with a request for a tunnel.
    package enum Behaviour: Sendable {
        /// Connects to this port of 127.0.0.1.
        case tunnels(toPort: Int)
        /// Writes this and closes.
        case writes(String)
        case silent
    }

    package var port: Int { listener.port }
    private let listener: LoopbackListener
    private let heads = Mutex<[String]>([])

    /// The heads of the requests that it got.
    package var requests: [String] { heads.withLock { $0 } }

    package init(_ behaviour: Behaviour) throws {
        listener = try LoopbackListener()
        listener.acceptAll { [weak self] raw in
            self?.serve(raw, behaviour)
            close(raw)
        }
    }

    private func serve(_ raw: CInt, _ behaviour: Behaviour) {
        var head: [UInt8] = []
        while head.firstRange(of: Array("\r\n\r\n".utf8)) == nil {
            guard let part = Self.receive(raw) else { return }
            head += part
        }
        heads.withLock { $0.append(String(decoding: head, as: UTF8.self)) }
        switch behaviour {
        case .silent: while Self.receive(raw) != nil {}
        case .writes(let text): Self.send(Array(text.utf8), to: raw)
        case .tunnels(let port):
            let server = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            guard server.connectToLoopback(port: port) else { return }
            Self.send(Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8), to: raw)
            let isOver = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                Self.pump(from: server, to: raw)
                isOver.signal()
            }
            Self.pump(from: raw, to: server)
            // The other thread must not use the numbers after they are closed.
            isOver.wait()
            close(server)
        }
    }

    /// Passes bytes on until either side ends.
    private static func pump(from source: CInt, to target: CInt) {
        while let bytes = receive(source) { send(bytes, to: target) }
        shutdown(target, CInt(SHUT_RDWR))
        shutdown(source, CInt(SHUT_RDWR))
    }

    private static func receive(_ raw: CInt) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(raw, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    private static func send(_ bytes: [UInt8], to raw: CInt) {
        _ = Glibc.send(raw, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }
}

extension CInt {
    /// Connects to a port of 127.0.0.1.
    fileprivate func connectToLoopback(port: Int) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = in_port_t(port).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(self, $0, size) == 0
            }
        }
    }
}
