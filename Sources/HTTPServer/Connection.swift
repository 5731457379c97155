import HTTPCore
import Sockets

/// One client's connection: its socket, what it asks and what it is answered.
///
/// Belongs to one loop. Reads one request at a time; bytes of later ones wait, at most one receive
/// buffer of them, until it is answered. What cannot be sent at once waits too, and as long as it
/// does no further request is looked at. Idle, it holds no buffer.
final class Connection: EventSource {
    /// Where the connection stands, as far as ``Conversation`` does not say.
    enum Phase {
        /// Requests are read and answered.
        case open
        /// The last answer is being sent.
        case closing
        /// All is sent; the client may finish sending, unread, so that it gets to read the answer.
        case lingering
        case closed
    }

    let server: Server
    let share: LoopShare
    let peer: Peer

    /// Whether it came when all connections were taken, only to be told so.
    let isRefused: Bool
    let limits: ServerLimits

    private(set) var id: EventSourceID?
    private(set) var descriptor: Descriptor?
    var phase = Phase.open
    var conversation: Conversation
    var backlog = Backlog()
    var outbox = Outbox()

    /// The request that is with the handler.
    var exchange: OpenExchange?
    var stream: OpenStream?
    var disconnectAction: DisconnectAction?

    /// Whether the kernel may hold bytes, or the end of them, that were not received yet.
    var mayReceive = false

    /// Whether bytes in ``backlog``, or their end, have not been looked at yet.
    var hasUnread = false

    /// Whether the client has ended its side, behind what is still to be received.
    var hasPeerEnded = false

    /// Whether the client may still be sending what nobody will read.
    var leavesBytesUnread = false

    /// When the first byte of the current request was seen.
    var requestNanoseconds: UInt64 = 0

    /// Requests answered so far.
    var exchangeCount = 0

    /// Bytes dropped after the last answer.
    var lingerByteCount = 0
    private var patience = Patience()

    init(
        _ descriptor: consuming Descriptor,
        peer: Peer,
        isRefused: Bool,
        server: Server,
        share: LoopShare
    ) {
        self.descriptor = consume descriptor
        self.peer = peer
        self.isRefused = isRefused
        self.server = server
        self.share = share
        limits = server.limits
        conversation = Conversation(limits: limits.http)
    }

    /// Begins to serve.
    func start(on loop: isolated EventLoop) {
        guard let descriptor = descriptor.take() else { return }
        do throws(SystemError) {
            id = try loop.add(self, watching: descriptor)
            self.descriptor = consume descriptor
        } catch {
            // The kernel cannot watch more sockets: this one is closed by going out of scope.
            phase = .closed
            return server.didClose(self)
        }
        if isRefused {
            refuse(.connectionLimit, head: nil)
            flush(on: loop)
        } else if server.isDraining {
            drain(on: loop)
        }
        settle(on: loop)
    }

    func ready(_ readiness: Readiness, on loop: isolated EventLoop) {
        if readiness.contains(.peerEnded) { peerEnded() }
        if !readiness.isDisjoint(with: .failed) {
            peerEnded()
            // Nobody is there to be answered. What a client sent before it went is still read.
            if conversation.stage == .answer || !outbox.isEmpty { return close(on: loop) }
        }
        if !readiness.isDisjoint(with: .incoming) { mayReceive = true }
        proceed(on: loop)
    }

    /// Does what can be done now; whatever has changed, this is what follows.
    func proceed(on loop: isolated EventLoop) {
        work(on: loop)
        if server.isDraining, isBetweenRequests {
            // What has arrived by now is still answered, whether that was reported or not.
            mayReceive = true
            work(on: loop)
            if isBetweenRequests { return close(on: loop) }
        }
        if canRead, let id { loop.readAgain(id) }
        settle(on: loop)
    }

    private func work(on loop: isolated EventLoop) {
        read(on: loop)
        flush(on: loop)
    }

    /// Whether no request is under way: none has a complete head, all answers are sent, and nothing
    /// that has come is still to be looked at.
    private var isBetweenRequests: Bool {
        let awaitsHead = conversation.stage == .idle || conversation.stage == .head
        return phase == .open && awaitsHead && outbox.isEmpty && !canRead
    }

    /// A limit of time has been reached.
    func expired(on loop: isolated EventLoop) {
        switch patience.reason {
        case .idle, .linger, .nothing: return close(on: loop)
        case .write: return breakOff(on: loop)
        case .head, .body:
            if case .refuse(let refusal, let head) = conversation.timeOut() {
                refuse(refusal, head: head)
            }
        }
        proceed(on: loop)
    }

    /// Closes when no request has a complete head; whatever is under way will be the last.
    func drain(on loop: isolated EventLoop) {
        if isBetweenRequests { proceed(on: loop) }
    }

    /// Closes at once, discarding what the client has not taken.
    func breakOff(on loop: isolated EventLoop) {
        // A socket that cannot be told so is closed all the same.
        try? descriptor?.resetOnClose()
        close(on: loop)
    }

    /// Closes, and lets everyone know who waited for something here.
    func close(on loop: isolated EventLoop) {
        guard phase != .closed else { return }
        phase = .closed
        if let id { loop.remove(id) }
        descriptor = nil
        backlog = Backlog()
        disconnectAction?.run()
        disconnectAction = nil
        stream?.waiter?(false)
        stream = nil
        let unanswered = exchange.map { [$0] } ?? []
        exchange = nil
        for exchange in outbox.abandon() + unanswered {
            report(exchange, isComplete: false)
        }
        server.didClose(self)
    }

    /// Sets the deadline for what the connection waits for now.
    private func settle(on loop: isolated EventLoop) {
        guard let id, phase != .closed, patience.update(for: self) else { return }
        loop.setDeadline(patience.deadline(after: loop.now, limits: limits), for: id)
    }
}
