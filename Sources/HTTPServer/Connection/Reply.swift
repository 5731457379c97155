package import HTTPCore
package import System
import Synchronization

/// Sends the response to one request, once.
///
/// If it is released unused, the server responds with the handler's response to
/// ``RequestFailure/unanswered``.
package final class Reply: Sendable {
    /// The connection's loop.
    package let loop: EventLoop
    private let connection: EventSourceID
    private let number: UInt64
    private let isUsed = Atomic(false)

    /// A reply to request `number` of `connection`.
    init(to connection: EventSourceID, number: UInt64, on loop: EventLoop) {
        self.connection = connection
        self.number = number
        self.loop = loop
    }

    deinit {
        guard !isUsed.load(ordering: .relaxed) else { return }
        Self.post(to: connection, on: loop) { $0.refuseWithoutResponse(on: $1) }
    }

    /// Sends the response; may be called from any thread.
    package func send(_ response: Response) {
        use()
        Self.post(to: connection, on: loop) { $0.respondLater(response, on: $1) }
    }

    /// Sends the response at once; must be called on ``loop``.
    package func sendOnLoop(_ response: Response) {
        use()
        loop.assumeIsolated { [id = connection] loop in
            guard let connection = loop.source(id) as? ServerConnection else { return }
            connection.respondLater(response, on: loop)
        }
    }

    /// Starts a response whose body is written in pieces; the body of `head` is its first piece.
    package func stream(_ head: Response) -> ResponseStream {
        use()
        Self.post(to: connection, on: loop) { $0.beginStream(head, on: $1) }
        return ResponseStream(to: connection, on: loop)
    }

    /// Registers `action`, which runs on the loop if the connection breaks before the response is
    /// complete.
    ///
    /// - Parameter includingHalfClose: whether to treat a client that has closed its sending side
    ///   as disconnected. It could still read the response, but nearly always it has closed the
    ///   connection.
    package func onDisconnect(
        includingHalfClose: Bool = false,
        _ action: @escaping @Sendable () -> Void
    ) {
        let id = connection
        loop.post { [number] loop in
            guard let connection = loop.source(id) as? ServerConnection else { return action() }
            connection.onDisconnect(
                from: number,
                DisconnectAction(runsAtHalfClose: includingHalfClose, run: action)
            )
        }
    }

    /// Marks the reply as used; a second use is a programming error.
    func use() {
        let wasUsed = isUsed.exchange(true, ordering: .relaxed)
        precondition(!wasUsed, "a request got two responses")
    }

    private static func post(
        to id: EventSourceID,
        on loop: EventLoop,
        _ work: @escaping @Sendable (ServerConnection, isolated EventLoop) -> Void
    ) {
        loop.post { loop in
            // A broken connection needs no response.
            guard let connection = loop.source(id) as? ServerConnection else { return }
            work(connection, loop)
        }
    }
}
