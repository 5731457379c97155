import Foundation
import Glibc
import Support

/// A proxy on a port of 127.0.0.1 that passes connections on to another port, and disturbs them
/// for a while when a test says so.
final class FaultyLink: Sendable {
    /// What happens to connections.
    enum Fault: String, Sendable {
        /// All are closed, and new ones after so many bytes of their responses as a generator says.
        case cut
        /// New ones are closed at once.
        case refuse
        /// Everything is passed on 100 ms later.
        case delay
        /// What a client sends at once is sent twice, over two connections.
        case duplicate
        /// Everything is passed on up to 300 ms later, so that connections overtake each other.
        case reorder
    }

    private let listener: LoopbackListener
    private let target: UInt16
    private let state: LockedState

    var port: UInt16 { UInt16(listener.port) }

    /// How many connections were cut or refused.
    var cutCount: Int { state.read(\.cutCount) }

    init(to target: UInt16, seed: UInt64) throws {
        self.target = target
        listener = try LoopbackListener()
        state = LockedState(.init(random: SeededGenerator(seed: seed)))
        listener.acceptAll { [state] raw in Self.serve(raw, target, state) }
    }

    /// Disturbs the connections from now on for so long.
    func disturb(_ fault: Fault, milliseconds: Int) {
        state.change {
            $0.fault = fault
            $0.until = Date(timeIntervalSinceNow: Double(milliseconds) / 1_000)
        }
        if fault == .cut { cutAll() }
    }

    /// Passes everything on again.
    func clear() { state.change { $0.fault = nil } }

    private func cutAll() {
        for connection in state.read(\.open) where connection.cut() {
            state.change { $0.cutCount += 1 }
        }
    }

    private static func serve(_ client: CInt, _ target: UInt16, _ state: LockedState) {
        let fault = state.fault
        guard fault != .refuse, let server = LinkConnection.connect(to: target) else {
            if fault == .refuse { state.change { $0.cutCount += 1 } }
            close(client)
            return
        }
        let connection = LinkConnection(client: client, server: server)
        state.change { $0.open.append(connection) }
        let budget = fault == .cut ? state.number(0...2_000) : nil
        let isOver = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            var left = budget
            while let bytes = connection.receive(fromServer: true) {
                hold(state)
                let sent = bytes.prefix(left ?? bytes.count)
                connection.send(Array(sent), toServer: false)
                left = left.map { $0 - sent.count }
                if left == 0 {
                    if connection.cut() { state.change { $0.cutCount += 1 } }
                    break
                }
            }
            connection.cut()
            isOver.signal()
        }
        while let bytes = connection.receive(fromServer: false) {
            hold(state)
            if state.fault == .duplicate { sendAgain(bytes, target) }
            connection.send(bytes, toServer: true)
        }
        connection.cut()
        // The other thread must not use the numbers after they are closed.
        isOver.wait()
        state.change { $0.open.removeAll { $0 === connection } }
        connection.close()
    }

    private static func hold(_ state: LockedState) {
        switch state.fault {
        case .delay: usleep(100_000)
        case .reorder: usleep(UInt32(state.number(0...300) * 1_000))
        default: break
        }
    }

    /// Sends bytes over a connection of their own, and reads the response.
    private static func sendAgain(_ bytes: [UInt8], _ target: UInt16) {
        Thread.detachNewThread {
            guard let server = LinkConnection.connect(to: target) else { return }
            let connection = LinkConnection(client: -1, server: server)
            connection.send(bytes, toServer: true)
            _ = connection.receive(fromServer: true)
            connection.close()
        }
    }

    /// What the threads of a link share.
    private final class LockedState: @unchecked Sendable {
        struct Values {
            var random: SeededGenerator
            var fault: Fault?
            var until = Date.distantPast
            var open: [LinkConnection] = []
            var cutCount = 0
        }

        private let lock = NSLock()
        private var values: Values

        init(_ values: Values) { self.values = values }

        func change<Result>(_ body: (inout Values) -> Result) -> Result {
            lock.withLock { body(&values) }
        }

        func read<Value>(_ path: KeyPath<Values, Value>) -> Value {
            lock.withLock { values[keyPath: path] }
        }

        /// The fault of this moment.
        var fault: Fault? { change { Date() < $0.until ? $0.fault : nil } }

        func number(_ range: ClosedRange<Int>) -> Int {
            change { Int.random(in: range, using: &$0.random) }
        }
    }
}

/// A connection of a client, and the one to the server that belongs to it.
private final class LinkConnection: @unchecked Sendable {
    private let client: CInt
    private let server: CInt
    private let lock = NSLock()
    private var isOpen = true
    private var isClosed = false

    init(client: CInt, server: CInt) {
        self.client = client
        self.server = server
    }

    /// Ends both; false if they have been ended before.
    @discardableResult
    func cut() -> Bool {
        lock.withLock {
            guard isOpen, !isClosed else { return false }
            isOpen = false
            for raw in [client, server] { shutdown(raw, CInt(SHUT_RDWR)) }
            return true
        }
    }

    func close() {
        lock.withLock {
            isClosed = true
            for raw in [client, server] where raw >= 0 { Glibc.close(raw) }
        }
    }

    func receive(fromServer: Bool) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(fromServer ? server : client, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    func send(_ bytes: [UInt8], toServer: Bool) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(
                    toServer ? server : client,
                    $0.baseAddress,
                    $0.count,
                    CInt(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// A connection to a port of 127.0.0.1; nil when it is refused.
    static func connect(to port: UInt16) -> CInt? {
        let raw = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = in_port_t(port).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(raw, $0, size)
            }
        }
        if result == 0 { return raw }
        Glibc.close(raw)
        return nil
    }
}
