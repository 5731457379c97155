import HTTPCore
import Sockets

/// An answer whose body is being written bit by bit.
struct OpenStream {
    let framing: StreamFraming
    let keepsAlive: Bool

    /// Who waits to write on; is told whether that is possible.
    var waiter: (@Sendable (Bool) -> Void)?
}

// What a ``ResponseStream`` asks for.
extension Connection {
    /// Sends the head of a streamed answer, and its body so far.
    func beginStream(_ head: Response, on loop: isolated EventLoop) {
        guard exchange != nil, stream == nil else { return }
        exchange?.status = head.status
        guard let exchange else { return }
        var framing = StreamFraming.none
        let keepsAlive = keepsAlive(after: exchange) && !head.closes
        outbox.append {
            framing = head.serializeStreamHead(
                into: &$0,
                for: exchange.version,
                isHEAD: exchange.isHEAD,
                keepAlive: keepsAlive,
                date: share.date()
            )
            framing.append(head.body, to: &$0)
        }
        stream = OpenStream(framing: framing, keepsAlive: keepsAlive && framing != .untilClose)
        proceed(on: loop)
    }

    /// Sends a part of the body; calls `then` with true when there is room for more, with false
    /// when the connection is gone.
    func writeStream(
        _ bytes: [UInt8],
        on loop: isolated EventLoop,
        then: @escaping @Sendable (Bool) -> Void
    ) {
        guard let stream, stream.waiter == nil else { return then(false) }
        outbox.append { stream.framing.append(bytes, to: &$0) }
        self.stream?.waiter = then
        proceed(on: loop)
    }

    func finishStream(on loop: isolated EventLoop) {
        guard let stream, let exchange else { return }
        outbox.append { stream.framing.appendEnd(to: &$0) }
        self.stream = nil
        // What the head announced may have changed meanwhile: the server drains, say.
        end(exchange, keepsAlive: stream.keepsAlive && keepsAlive(after: exchange))
        proceed(on: loop)
    }

    /// The writer has gone in the middle; the client must not take the body for whole.
    func breakStream(on loop: isolated EventLoop) {
        if stream != nil { breakOff(on: loop) }
    }

    /// Lets the writer go on, or tells it that it may not.
    func releaseWriter(mayGoOn: Bool = true) {
        guard let waiter = stream?.waiter else { return }
        stream?.waiter = nil
        waiter(mayGoOn)
    }
}
