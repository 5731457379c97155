import HTTPCore
import System

/// One client connection: its socket, its requests and its responses.
///
/// Belongs to one loop. Handles one request at a time; bytes of later requests wait in the backlog,
/// at most one receive buffer of them. Unsent output is queued, and no further request is read
/// while the queue is full. An idle connection holds no buffer.
final class ServerConnection: EventSource {
    /// The state of the socket; ``Conversation`` has the state of the current request.
    enum Phase {
        /// Requests are read and handled.
        case open
        /// The last response is being sent.
        case closing
        /// Everything is sent; further input is dropped, so that the client can still read the
        /// response.
        case lingering
        case closed
    }

    let server: Server
    let share: LoopShare
    let peer: Peer

    /// Whether it exceeds the connection limit and only receives a 503.
    let isRefused: Bool
    let limits: ServerLimits

    private(set) var id: EventSourceID?
    private(set) var descriptor: Descriptor?
    var phase = Phase.open
    var conversation: Conversation
    var backlog = Backlog()
    var outbox = Outbox()

    /// The request whose response is not complete; nil if there is none.
    var exchange: OpenExchange?
    var stream: OpenStream?
    var disconnectAction: DisconnectAction?

    /// Whether the socket may have unread bytes or an unread end of input.
    var mayReceive = false

    /// Whether ``backlog`` has unprocessed bytes or an unprocessed end of input.
    var hasUnread = false

    /// Whether the client has closed its side; unread bytes may remain.
    var hasPeerEnded = false

    /// Whether the client may still send bytes that will not be read.
    var leavesBytesUnread = false

    /// When the first byte of the current request arrived, by the monotonic clock.
    var requestNanoseconds: UInt64 = 0

    /// Responses completed so far.
    var exchangeCount = 0

    /// Bytes dropped after the last response.
    var lingerByteCount = 0
    private var waitTimer = WaitTimer()

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

    /// Starts to serve the connection.
    func start(on loop: isolated EventLoop) {
        guard let descriptor = descriptor.take() else { return }
        do throws(SystemError) {
            id = try loop.add(self, watching: descriptor)
            self.descriptor = consume descriptor
        } catch {
            // The kernel cannot watch more sockets; the descriptor closes when it goes out of
            // scope.
            phase = .closed
            return server.didClose(self)
        }
        if isRefused {
            refuse(.connectionLimit, head: nil)
            flush(on: loop)
        } else if server.isDraining {
            drain(on: loop)
        }
        updateDeadline(on: loop)
    }

    func ready(_ readiness: IOEvents, on loop: isolated EventLoop) {
        if readiness.contains(.peerEnded) { peerEnded() }
        if !readiness.isDisjoint(with: .failed) {
            peerEnded()
            // No response can be sent. Requests received before the disconnect are still read.
            if conversation.stage == .response || !outbox.isEmpty { return close(on: loop) }
        }
        if !readiness.isDisjoint(with: .incoming) { mayReceive = true }
        proceed(on: loop)
    }

    /// Reads and sends as far as possible, then sets the deadline; call it after every change of
    /// state.
    func proceed(on loop: isolated EventLoop) {
        work(on: loop)
        if server.isDraining, isBetweenRequests {
            // Requests that have arrived are still handled, even if epoll has not reported them
            // yet.
            mayReceive = true
            work(on: loop)
            if isBetweenRequests { return close(on: loop) }
        }
        if canRead, let id { loop.readAgain(id) }
        updateDeadline(on: loop)
    }

    private func work(on loop: isolated EventLoop) {
        read(on: loop)
        flush(on: loop)
    }

    /// Whether no request is in progress: no head is complete, all responses are sent, and no input
    /// is unprocessed.
    private var isBetweenRequests: Bool {
        let awaitsHead = conversation.stage == .idle || conversation.stage == .head
        return phase == .open && awaitsHead && outbox.isEmpty && !canRead
    }

    /// Handles an expired deadline.
    func expired(on loop: isolated EventLoop) {
        switch waitTimer.reason {
        case .idle, .linger, .nothing: return close(on: loop)
        case .write: return breakOff(on: loop)
        case .head, .body:
            if case .refuse(let refusal, let head) = conversation.timeOut() {
                refuse(refusal, head: head)
            }
        }
        proceed(on: loop)
    }

    /// Closes the connection unless a request is in progress, which is then its last.
    func drain(on loop: isolated EventLoop) {
        if isBetweenRequests { proceed(on: loop) }
    }

    /// Resets the connection, discarding unsent output.
    func breakOff(on loop: isolated EventLoop) {
        // If the option cannot be set, the socket is closed all the same.
        try? descriptor?.resetOnClose()
        close(on: loop)
    }

    /// Closes the connection, runs the disconnect action and reports unfinished exchanges.
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

    /// Sets the deadline of the current wait.
    private func updateDeadline(on loop: isolated EventLoop) {
        guard let id, phase != .closed, waitTimer.update(for: self) else { return }
        loop.setDeadline(waitTimer.deadline(after: loop.now, limits: limits), for: id)
    }
}
