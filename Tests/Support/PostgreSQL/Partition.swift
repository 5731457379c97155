import Foundation
import Glibc
import Synchronization

/// A network between a client and a server, as a port of 127.0.0.1 that leads to the Unix socket of
/// the server: it can lose all packets for a while, in both directions, without an end of the
/// connections.
package final class Partition: Sendable {
    private struct State {
        var path: String
        var isCut = false

        /// The descriptors of open connections.
        var open: Set<CInt> = []
    }

    private let listener: LoopbackListener
    private let state: Shared

    /// What the threads of the connections share.
    private final class Shared: Sendable {
        let value: Mutex<State>
        init(_ state: State) { value = Mutex(state) }
    }

    /// - Parameter path: of the server's socket.
    package init(to path: String) throws {
        listener = try LoopbackListener()
        let state = Shared(State(path: path))
        self.state = state
        listener.acceptAll { client in Self.serve(client, state) }
    }

    package var port: Int { listener.port }

    /// Whether packets are lost; when they no longer are, they arrive late.
    package func cut(_ isCut: Bool) { state.value.withLock { $0.isCut = isCut } }

    /// Leads to another server from now on, and ends the connections to the present one.
    package func lead(to path: String) {
        let open = state.value.withLock { state in
            state.path = path
            return state.open
        }
        for raw in open { shutdown(raw, CInt(SHUT_RDWR)) }
    }

    private static func serve(_ client: CInt, _ state: Shared) {
        let server = UnixSocket.connect(state.value.withLock { $0.path })
        state.value.withLock { $0.open.formUnion([client, server]) }
        let other = Thread { pass(server, client, state) }
        other.start()
        pass(client, server, state)
        while !other.isFinished { usleep(1_000) }
        state.value.withLock { $0.open.subtract([client, server]) }
        close(client)
        close(server)
    }

    /// Passes bytes on until the connection ends on either side.
    private static func pass(_ source: CInt, _ target: CInt, _ state: Shared) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            while state.value.withLock({ $0.isCut }) { usleep(10_000) }
            guard count > 0 else { break }
            var sent = 0
            while sent < count {
                let passed = buffer[sent..<count].withUnsafeBytes {
                    send(target, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
                }
                if passed <= 0 { break }
                sent += passed
            }
            if sent < count { break }
        }
        shutdown(source, CInt(SHUT_RDWR))
        shutdown(target, CInt(SHUT_RDWR))
    }
}
