import HTTPCore
import Sockets

/// Who sent a request that may have come through proxies (contract section 4, last paragraph).
enum ClientAddress: Equatable {
    case known(IPAddress)
    /// The peer of a Unix socket that is no trusted proxy's, or forwarded without saying for whom.
    case local
    /// A proxy that is trusted forwarded for something that is no address.
    case unparsable

    /// Walks from the right: the peer, then the entries of all X-Forwarded-For lines, for as long
    /// as the current one is a trusted proxy. What stands further left was written by whoever is
    /// not trusted.
    ///
    /// A Unix peer counts as trusted.
    init(peer: SocketAddress, head: RequestHead, trusted: [AddressBlock]) {
        var current: ClientAddress = peer.address.map { .known($0) } ?? .local
        for value in head.values(of: "X-Forwarded-For").reversed() {
            var end = value.upperBound
            while true {
                guard current.isTrusted(trusted) else {
                    self = current
                    return
                }
                let comma = head.bytes[value.lowerBound..<end].lastIndex(of: UInt8(ascii: ","))
                let start = comma.map { $0 + 1 } ?? value.lowerBound
                let entry = head.bytes.trimmed(start..<end)
                guard let address = IPAddress(head.bytes.span.extracting(entry)) else {
                    self = .unparsable
                    return
                }
                current = .known(address)
                guard let comma else { break }
                end = comma
            }
        }
        self = current
    }

    private func isTrusted(_ trusted: [AddressBlock]) -> Bool {
        switch self {
        case .known(let address): trusted.contains { $0.contains(address) }
        case .local: true
        case .unparsable: false
        }
    }

    /// Whether it is inside one of the blocks.
    func isAllowed(_ allowed: [AddressBlock]) -> Bool {
        guard case .known(let address) = self else { return self == .local }
        return allowed.contains { $0.contains(address) }
    }
}

extension ClientAddress: CustomStringConvertible {
    var description: String {
        switch self {
        case .known(let address): address.description
        case .local: "local"
        case .unparsable: "unknown"
        }
    }
}

extension [UInt8] {
    /// The part of `range` without blanks and tabs at its ends.
    fileprivate func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high, self[low] == 0x20 || self[low] == 0x09 { low += 1 }
        while high > low, self[high - 1] == 0x20 || self[high - 1] == 0x09 { high -= 1 }
        return low..<high
    }
}
