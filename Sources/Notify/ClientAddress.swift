import HTTPCore
import Logging
import System

/// The client of a request that may have come through proxies (article Checks, row 2).
enum ClientAddress: Equatable {
    case known(IPAddress)
    /// The peer of a Unix socket that is no trusted proxy's, or forwarded without saying for whom.
    case local
    /// A proxy that is trusted forwarded for something that is no address: the entry as received.
    case unparsable([UInt8])

    /// Walks from the right: the peer, then the entries of all X-Forwarded-For lines, for as long
    /// as the current one is a trusted proxy. Entries further left come from a sender that is not
    /// trusted.
    ///
    /// A Unix peer counts as trusted. Empty list elements are passed over (RFC 9110 section 5.6.1).
    init(peer: SocketAddress, head: RequestHead, trusted: [AddressBlock]) {
        let bytes = head.bytes
        var current: ClientAddress = peer.address.map { .known($0) } ?? .local
        for value in head.values(of: "X-Forwarded-For").reversed() {
            var end = value.upperBound
            while true {
                guard current.isTrusted(trusted) else {
                    self = current
                    return
                }
                let comma = bytes[value.lowerBound..<end].lastIndex(of: UInt8(ascii: ","))
                let start = comma.map { $0 + 1 } ?? value.lowerBound
                let entry = bytes.trimmed(start..<end)
                if !entry.isEmpty {
                    guard let address = bytes.span.forwardedAddress(in: entry) else {
                        self = .unparsable(Array(bytes[entry]))
                        return
                    }
                    current = .known(address)
                }
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

extension LogLine {
    /// Adds the entry of X-Forwarded-For that is no address, where that is why the client is not
    /// known.
    mutating func addForwardedFor(of client: ClientAddress) {
        guard case .unparsable(let entry) = client else { return }
        add("forwardedFor", bytes: entry.prefix(Self.forwardedForBytesMax))
    }

    private static var forwardedForBytesMax: Int { 100 }
}

extension Span<UInt8> {
    /// The address of one list element: `address`, `address:port`, `[address]` or
    /// `[address]:port`, the brackets for IPv6 alone; nil when it is none of these.
    fileprivate func forwardedAddress(in range: Range<Int>) -> IPAddress? {
        if let address = IPAddress(extracting(range)) { return address }
        let isBracketed = self[range.lowerBound] == UInt8(ascii: "[")
        let end = isBracketed ? UInt8(ascii: "]") : UInt8(ascii: ":")
        guard let close = range.first(where: { self[$0] == end }) else { return nil }
        let inner = (isBracketed ? range.lowerBound + 1 : range.lowerBound)..<close
        let port = (isBracketed ? close + 1 : close)..<range.upperBound
        guard isPort(port) || (isBracketed && port.isEmpty),
            let address = IPAddress(extracting(inner)),
            isBracketed == inner.contains(where: { self[$0] == UInt8(ascii: ":") })
        else { return nil }
        return address
    }

    /// Whether `range` is a colon and a number up to 65,535.
    private func isPort(_ range: Range<Int>) -> Bool {
        guard (2...6).contains(range.count), self[range.lowerBound] == UInt8(ascii: ":") else {
            return false
        }
        var port = 0
        for index in range.dropFirst() {
            let digit = self[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return false }
            port = port * 10 + Int(digit)
        }
        return port <= 65_535
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
