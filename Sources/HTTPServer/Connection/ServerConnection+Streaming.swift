import HTTPCore
import System

/// A response whose body is being written in pieces.
struct OpenStream {
    let framing: StreamFraming
    let keepsAlive: Bool

    /// Called once when the writer may continue (true) or must stop (false); nil if none waits.
    var waiter: (@Sendable (Bool) -> Void)?
}

// Called by ``ResponseStream``.
extension ServerConnection {
    /// Sends the head of a streamed response, and the first piece of its body.
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

    /// Sends a piece of the body.
    ///
    /// - Parameter then: called with true when there is room for more, with false when the
    ///   connection is closed.
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
        // The connection may have to close although the head announced keep-alive: the server may
        // be draining.
        end(exchange, keepsAlive: stream.keepsAlive && keepsAlive(after: exchange))
        proceed(on: loop)
    }

    /// Resets the connection of an unfinished stream, so that the client sees an incomplete body.
    func breakStream(on loop: isolated EventLoop) {
        if stream != nil { breakOff(on: loop) }
    }

    /// Resumes the waiting writer, if there is one.
    ///
    /// - Parameter mayContinue: whether it may write more.
    func releaseWriter(mayContinue: Bool = true) {
        guard let waiter = stream?.waiter else { return }
        stream?.waiter = nil
        waiter(mayContinue)
    }
}
