package import HTTPCore
package import System

/// The remote end of a connection.
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

    /// The number of the request within its server, from 1; identifies it in logs.
    package let number: UInt64

    /// When its first byte arrived, by the monotonic clock.
    package let receivedNanoseconds: UInt64

    /// The index of the loop that handles it; selects resources that only one thread may use.
    package let loopIndex: Int

    /// The permit of a large body.
    package let permit: BodyPermit?

    package init(
        head: RequestHead,
        body: [UInt8],
        peer: Peer,
        number: UInt64,
        receivedNanoseconds: UInt64,
        loopIndex: Int,
        permit: BodyPermit? = nil
    ) {
        self.head = head
        self.body = body
        self.peer = peer
        self.number = number
        self.receivedNanoseconds = receivedNanoseconds
        self.loopIndex = loopIndex
        self.permit = permit
    }
}
