import HTTPCore

/// The output of a connection: the response to the open request, and the bytes not yet sent.
///
/// Uses no socket and no handler. Responses leave in the order of their requests; a response in
/// pieces is a stream, whose writer waits while the queue is full.
struct ConnectionOutput {
    /// A response whose body is being written in pieces.
    private struct Stream {
        let framing: StreamFraming
        let keepsAlive: Bool

        /// Called once when the writer may continue (true) or must stop (false); nil if none waits.
        var waiter: Waiter?
    }

    typealias Waiter = @Sendable (Bool) -> Void

    private var outbox = Outbox()

    /// The request whose response is not complete; nil if there is none.
    private(set) var exchange: OpenExchange?
    private var stream: Stream?

    /// Responses completed so far.
    private(set) var exchangeCount = 0

    // MARK: State

    var isEmpty: Bool { outbox.isEmpty }

    /// Whether the queue has room for more responses, or for more of a stream.
    var hasRoom: Bool { outbox.count < ServerLimits.outputBytesMax }

    /// The number of bytes sent since the start.
    var progress: Int { outbox.progress }

    /// Whether the response to the open request has not started.
    var awaitsResponse: Bool { exchange != nil && stream == nil }
    var isStreaming: Bool { stream != nil }

    /// The bytes of memory that the queue occupies.
    var capacity: Int { outbox.bytes.capacity }

    // MARK: Responses

    /// Opens the exchange of a new request.
    mutating func open(_ exchange: OpenExchange) {
        precondition(self.exchange == nil, "one request at a time")
        self.exchange = exchange
    }

    /// Adds an interim response, which completes nothing.
    mutating func appendContinue() {
        outbox.append { $0.append(contentsOf: Response.continueBytes) }
    }

    /// Adds the response to the open request, and completes its exchange.
    ///
    /// - Parameter keepsAlive: whether the response announces that the connection stays open.
    mutating func respond(_ response: Response, keepsAlive: Bool, date: HTTPDate) {
        guard var exchange = exchange.take() else { return }
        exchange.status = response.status
        outbox.append {
            response.serialize(
                into: &$0,
                for: exchange.version,
                isHEAD: exchange.isHEAD,
                keepAlive: keepsAlive,
                date: date
            )
        }
        complete(exchange)
    }

    private mutating func complete(_ exchange: OpenExchange) {
        outbox.end(exchange)
        exchangeCount += 1
    }

    // MARK: Streams

    /// Adds the head of a streamed response, and the first piece of its body.
    mutating func startStream(_ head: Response, keepsAlive: Bool, date: HTTPDate) {
        exchange?.status = head.status
        guard let exchange else { return }
        var framing = StreamFraming.none
        outbox.append {
            framing = head.serializeStreamHead(
                into: &$0,
                for: exchange.version,
                isHEAD: exchange.isHEAD,
                keepAlive: keepsAlive,
                date: date
            )
            framing.append(head.body, to: &$0)
        }
        stream = Stream(framing: framing, keepsAlive: keepsAlive && framing != .untilClose)
    }

    /// Adds a piece of the body; `waiter` is called when there is room for more.
    ///
    /// - Returns: whether it was added: a stream is open, and no other writer waits.
    mutating func writeStream(_ bytes: [UInt8], waiter: @escaping Waiter) -> Bool {
        guard let stream, stream.waiter == nil else { return false }
        outbox.append { stream.framing.append(bytes, to: &$0) }
        self.stream?.waiter = waiter
        return true
    }

    /// Adds the end of the body, and completes the exchange.
    ///
    /// - Returns: whether the head announced that the connection stays open; nil without a stream.
    mutating func finishStream() -> Bool? {
        guard let stream = stream.take(), let exchange = exchange.take() else { return nil }
        outbox.append { stream.framing.appendEnd(to: &$0) }
        complete(exchange)
        return stream.keepsAlive
    }

    /// Removes and returns the waiting writer of the stream, if there is one.
    mutating func removeWaiter() -> Waiter? { stream?.waiter.take() }

    // MARK: Sending

    /// The queued bytes, and the index of the first one not yet sent.
    var unsent: (bytes: [UInt8], start: Int) { (outbox.bytes, outbox.sentCount) }

    /// Records that `count` more bytes have been sent.
    mutating func recordSent(_ count: Int) { outbox.sent(count) }

    /// Removes and returns the next exchange whose response has been sent completely.
    mutating func removeSent() -> OpenExchange? { outbox.removeSent() }

    /// Drops everything, and returns the exchanges whose responses were not sent completely.
    mutating func abandon() -> [OpenExchange] {
        let unanswered = exchange.map { [$0] } ?? []
        exchange = nil
        stream = nil
        return outbox.abandon() + unanswered
    }
}
