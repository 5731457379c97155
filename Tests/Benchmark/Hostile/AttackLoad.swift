import Glibc
import Support
import Synchronization

/// The connections of one attack, on a thread of their own.
final class AttackLoad: Sendable {
    /// What came of an attack.
    struct Result: Sendable {
        /// Requests that were answered, and connections that were reset by the attacker.
        var attempts = 0
        /// Connections that the receiver has closed.
        var closed = 0
        /// Responses by their status.
        var statuses: [String: Int] = [:]
    }

    private let isOver = Atomic(false)

    /// Ends ``run(_:port:)``.
    func stop() { isOver.store(true, ordering: .relaxed) }

    /// Attacks until ``stop()``.
    func run(_ attack: Attack, port: UInt16) throws -> Result {
        var peers = HostilePeers(attack, port: port)
        while !isOver.load(ordering: .relaxed) { try peers.step() }
        return peers.end()
    }
}

/// The state of the connections.
private struct HostilePeers {
    private struct Peer {
        var descriptor: CInt
        /// How much of the present request is sent.
        var sent = 0
        /// Which request it is.
        var number: Int
    }

    private let attack: Attack
    private let port: UInt16
    private var peers: [Peer] = []
    private var result = AttackLoad.Result()
    private var buffer = [UInt8](repeating: 0, count: 65_536)
    private var nextTick: UInt64 = 0

    init(_ attack: Attack, port: UInt16) {
        self.attack = attack
        self.port = port
    }

    consuming func end() -> AttackLoad.Result {
        for peer in peers { close(peer.descriptor) }
        return result
    }

    /// Opens what is missing, sends what can be sent, and reads what has come.
    mutating func step() throws {
        // Not all at once: a full queue of the listener would hold up this thread.
        for _ in 0..<min(attack.connections - peers.count, 50) {
            guard let descriptor = try? openConnection() else { break }
            peers.append(Peer(descriptor: descriptor, number: peers.count))
        }
        let isTick = nanoseconds(CLOCK_MONOTONIC) >= nextTick
        if isTick { nextTick = nanoseconds(CLOCK_MONOTONIC) + 100_000_000 }
        if attack.conduct == .trickle, isTick {
            for index in peers.indices { sendByte(on: index) }
        }
        if attack.conduct == .reset {
            resetAll()
            return
        }
        var entries = peers.map { pollfd(fd: $0.descriptor, events: events(of: $0), revents: 0) }
        _ = try checked("poll", poll(&entries, nfds_t(entries.count), 10))
        for index in entries.indices.reversed() where entries[index].revents != 0 {
            if !serve(index, Int32(entries[index].revents)) {
                close(peers[index].descriptor)
                peers.remove(at: index)
            }
        }
    }

    private func openConnection() throws -> CInt {
        let descriptor = try connect(to: port)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        return descriptor
    }

    private func events(of peer: Peer) -> Int16 {
        switch attack.conduct {
        case .exchange where peer.sent < request(of: peer).count: Int16(POLLIN | POLLOUT)
        case .deafness: Int16(POLLOUT)
        default: Int16(POLLIN)
        }
    }

    private func request(of peer: Peer) -> [UInt8] {
        attack.requests.isEmpty ? [] : attack.requests[peer.number % attack.requests.count]
    }

    /// Returns whether the connection stays open.
    private mutating func serve(_ index: Int, _ events: Int32) -> Bool {
        if attack.conduct == .deafness {
            if events & (POLLERR | POLLHUP) != 0 {
                result.closed += 1
                return false
            }
            return sendRest(on: index)
        }
        if events & POLLOUT != 0, !sendRest(on: index) { return false }
        guard events & (POLLIN | POLLERR | POLLHUP) != 0 else { return true }
        let count = recv(peers[index].descriptor, &buffer, buffer.count, 0)
        if count < 0, errno == EAGAIN { return true }
        guard count > 0 else {
            result.closed += 1
            return false
        }
        if buffer.starts(with: Array("HTTP/1.1 ".utf8)), count > 12 {
            result.statuses[String(decoding: buffer[9..<12], as: UTF8.self), default: 0] += 1
            result.attempts += 1
            peers[index].number += 1
            peers[index].sent = 0
        }
        return true
    }

    /// Sends as much of the present request as the socket accepts.
    private mutating func sendRest(on index: Int) -> Bool {
        let request = request(of: peers[index])
        let sent = peers[index].sent
        let count = request.withUnsafeBytes { bytes in
            Glibc.send(
                peers[index].descriptor,
                bytes.baseAddress.map { $0 + sent },
                bytes.count - sent,
                CInt(MSG_NOSIGNAL)
            )
        }
        if count < 0 { return errno == EAGAIN }
        peers[index].sent += count
        if attack.conduct == .deafness, peers[index].sent == request.count {
            peers[index].sent = 0
            result.attempts += 1
        }
        return true
    }

    private mutating func sendByte(on index: Int) {
        let request = request(of: peers[index])
        var byte = request[peers[index].sent % request.count]
        if send(peers[index].descriptor, &byte, 1, CInt(MSG_NOSIGNAL)) == 1 {
            peers[index].sent += 1
        }
    }

    /// Sends a part of a request on each connection, and resets it.
    private mutating func resetAll() {
        for index in peers.indices {
            _ = sendRest(on: index)
            var option = linger(l_onoff: 1, l_linger: 0)
            let size = socklen_t(MemoryLayout<linger>.size)
            setsockopt(peers[index].descriptor, SOL_SOCKET, SO_LINGER, &option, size)
            close(peers[index].descriptor)
            result.attempts += 1
        }
        peers = []
    }
}
