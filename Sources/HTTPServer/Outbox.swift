import HTTPCore
import Sockets

/// What is to be sent, and which answers end where in it.
///
/// Holds no bytes while all is sent, and hardly more than what is unsent otherwise: a client that
/// reads slowly never costs more memory than it has left to read.
struct Outbox {
    /// The end of an answer, as a count of all bytes that were ever added before it.
    private struct Ending {
        let position: Int
        let exchange: OpenExchange
    }

    private(set) var bytes: [UInt8] = []

    /// How many of ``bytes`` have been sent.
    private(set) var sentCount = 0

    /// How many bytes were sent before the first of ``bytes``.
    private var earlierCount = 0
    private var endings: [Ending] = []

    var isEmpty: Bool { sentCount == bytes.count }

    /// Bytes that wait to be sent.
    var count: Int { bytes.count - sentCount }

    mutating func append(_ write: (inout [UInt8]) -> Void) { write(&bytes) }

    /// Notes that the answer added last is complete.
    mutating func end(_ exchange: OpenExchange) {
        endings.append(Ending(position: earlierCount + bytes.count, exchange: exchange))
    }

    /// Sent bytes that are not worth being released.
    private static let keptBytesMax = 16_384

    /// How many bytes have been sent, of all that were ever added.
    var progress: Int { earlierCount + sentCount }

    /// Notes that `count` more bytes have been sent.
    mutating func sent(_ count: Int) {
        sentCount += count
        // Half of the bytes, at least: then each byte is moved once, on the whole.
        let isWorthReleasing = sentCount > Self.keptBytesMax && sentCount >= bytes.count / 2
        guard isEmpty || isWorthReleasing else { return }
        earlierCount += sentCount
        bytes = isEmpty ? [] : Array(bytes[sentCount...])
        sentCount = 0
    }

    /// Takes out the next exchange whose answer has been sent whole.
    mutating func takeSent() -> OpenExchange? {
        guard let first = endings.first, first.position <= progress else { return nil }
        endings.removeFirst()
        if endings.isEmpty { endings = [] }
        return first.exchange
    }

    /// Forgets everything, and returns whose answers were still to be sent.
    mutating func abandon() -> [OpenExchange] {
        let unsent = endings.map(\.exchange)
        self = Outbox()
        return unsent
    }
}

/// A request that has been answered, or is about to be.
struct OpenExchange {
    let head: RequestHead?
    let number: UInt64
    let receivedNanoseconds: UInt64

    /// Nil until there is an answer.
    var status: Status?

    var version: HTTPVersion { head?.version ?? .http11 }
    var isHEAD: Bool { head?.methodIs("HEAD") ?? false }
}
