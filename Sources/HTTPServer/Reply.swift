package import HTTPCore
package import Sockets
import Synchronization

/// The right to answer one request, once.
///
/// Let go of unused, it answers by itself: the handler is asked for the answer to
/// ``Refusal/unanswered``.
package final class Reply: Sendable {
    /// The connection's loop.
    package let loop: EventLoop
    private let connection: EventSourceID
    private let number: UInt64
    private let isUsed = Atomic(false)

    /// The answer to request `number`.
    init(to connection: EventSourceID, number: UInt64, on loop: EventLoop) {
        self.connection = connection
        self.number = number
        self.loop = loop
    }

    deinit {
        guard !isUsed.load(ordering: .relaxed) else { return }
        Self.post(to: connection, on: loop) { $0.refuseUnanswered(on: $1) }
    }

    /// Sends the answer. May be called from any thread.
    package func send(_ response: Response) {
        use()
        Self.post(to: connection, on: loop) { $0.answerLater(response, on: $1) }
    }

    /// Sends the answer at once. To be called on ``loop``.
    package func sendOnLoop(_ response: Response) {
        use()
        loop.assumeIsolated { [id = connection] loop in
            guard let connection = loop.source(id) as? Connection else { return }
            connection.answerLater(response, on: loop)
        }
    }

    /// Begins an answer whose body comes bit by bit; the body of `head` is its first part.
    package func stream(_ head: Response) -> ResponseStream {
        use()
        Self.post(to: connection, on: loop) { $0.beginStream(head, on: $1) }
        return ResponseStream(to: connection, on: loop)
    }

    /// Has `action` called, on the loop, if the connection breaks before the answer is complete.
    ///
    /// - Parameter includingHalfClose: whether a client counts as gone that has ended its side. It
    ///   may still read the answer, but nearly always it has closed the connection.
    package func onDisconnect(
        includingHalfClose: Bool = false,
        _ action: @escaping @Sendable () -> Void
    ) {
        let id = connection
        loop.post { [number] loop in
            guard let connection = loop.source(id) as? Connection else { return action() }
            connection.onDisconnect(
                from: number,
                DisconnectAction(runsAtHalfClose: includingHalfClose, run: action)
            )
        }
    }

    /// The connection has taken the answer from the handler's hand.
    func use() {
        let wasUsed = isUsed.exchange(true, ordering: .relaxed)
        precondition(!wasUsed, "a request was answered twice")
    }

    private static func post(
        to id: EventSourceID,
        on loop: EventLoop,
        _ work: @escaping @Sendable (Connection, isolated EventLoop) -> Void
    ) {
        loop.post { loop in
            // A connection that has broken needs no answer.
            guard let connection = loop.source(id) as? Connection else { return }
            work(connection, loop)
        }
    }
}
