package import HTTPCore
package import Sockets

/// The other end of a connection.
package struct Peer: Hashable, Sendable, CustomStringConvertible {
    package let address: SocketAddress

    package init(address: SocketAddress) { self.address = address }

    package var description: String { address.description }
}

/// One whole request.
package struct Request: Sendable {
    package let head: RequestHead

    /// The decoded body; empty when there is none.
    package let body: [UInt8]

    package let peer: Peer

    /// Counts the requests of the process from 1, to tell them apart in logs.
    package let number: UInt64

    /// When its first byte was seen, by the monotonic clock.
    package let receivedNanoseconds: UInt64

    /// Which of the server's loops it runs on: for what one thread at a time may use.
    package let loopIndex: Int

    package init(
        head: RequestHead,
        body: [UInt8],
        peer: Peer,
        number: UInt64,
        receivedNanoseconds: UInt64,
        loopIndex: Int
    ) {
        self.head = head
        self.body = body
        self.peer = peer
        self.number = number
        self.receivedNanoseconds = receivedNanoseconds
        self.loopIndex = loopIndex
    }
}
