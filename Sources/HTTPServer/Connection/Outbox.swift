import HTTPCore
import System

/// The output queue of a connection, with the end of each response in it.
///
/// Holds no bytes once everything is sent, and little more than the unsent bytes before: the memory
/// for a slow client is bounded by what it has not read.
struct Outbox {
    /// The end of a response, as the number of all bytes added before it since the start.
    private struct Ending {
        let position: Int
        let exchange: OpenExchange
    }

    private(set) var bytes: [UInt8] = []

    /// The number of ``bytes`` that have been sent.
    private(set) var sentCount = 0

    /// The number of bytes sent before the first of ``bytes``.
    private var earlierCount = 0
    private var endings: [Ending] = []

    var isEmpty: Bool { sentCount == bytes.count }

    /// The number of unsent bytes.
    var count: Int { bytes.count - sentCount }

    mutating func append(_ write: (inout [UInt8]) -> Void) { write(&bytes) }

    /// Records that the response added last is complete.
    mutating func end(_ exchange: OpenExchange) {
        precondition(
            endings.last.map { $0.exchange.number < exchange.number } ?? true,
            "responses end in the order of their requests"
        )
        endings.append(Ending(position: earlierCount + bytes.count, exchange: exchange))
    }

    /// Up to this number, sent bytes are not released while others are unsent.
    private static let sentBytesMax = 16_384

    /// The number of bytes sent since the start.
    var progress: Int { earlierCount + sentCount }

    /// Records that `count` more bytes have been sent.
    mutating func sent(_ count: Int) {
        sentCount += count
        precondition(sentCount <= bytes.count, "no more is sent than there was")
        // At least half of the bytes, so that each byte is moved once on average.
        let isWorthReleasing = sentCount > Self.sentBytesMax && sentCount >= bytes.count / 2
        guard isEmpty || isWorthReleasing else { return }
        earlierCount += sentCount
        bytes = isEmpty ? [] : Array(bytes[sentCount...])
        sentCount = 0
    }

    /// Removes and returns the next exchange whose response has been sent completely.
    mutating func removeSent() -> OpenExchange? {
        guard let first = endings.first, first.position <= progress else { return nil }
        endings.removeFirst()
        if endings.isEmpty { endings = [] }
        return first.exchange
    }

    /// Drops everything, and returns the exchanges whose responses were not sent completely.
    mutating func abandon() -> [OpenExchange] {
        let unsent = endings.map(\.exchange)
        self = Outbox()
        return unsent
    }
}

/// A request whose response is not yet sent completely.
struct OpenExchange {
    let head: RequestHead?
    let number: UInt64
    let receivedNanoseconds: UInt64

    /// The status of the response; nil until there is one.
    var status: Status?

    var version: HTTPVersion { head?.version ?? .http11 }
    var isHEAD: Bool { head?.methodIs("HEAD") ?? false }
}
