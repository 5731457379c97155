import HTTPCore
import System

/// One client connection: its socket, and the order of reading, responding and closing.
///
/// Belongs to one loop. ``ConnectionInput`` has the received bytes and the request,
/// ``ConnectionOutput`` the response and the unsent bytes. One request is handled at a time, and no
/// further one is read while the output queue is full. An idle connection holds no buffer.
final class ServerConnection: EventSource {
    /// The state of the socket; ``Conversation`` has the state of the current request.
    private enum Phase {
        /// Requests are read and handled.
        case open
        /// The last response is being sent.
        case closing
        /// Everything is sent; further input is dropped, so that the client can still read the
        /// response.
        case lingering
        case closed
    }

    private let calls: HandlerCalls

    /// Whether it exceeds the connection limit and only receives a 503.
    let isRefused: Bool
    private let limits: ServerLimits
    private var id: EventSourceID?
    private(set) var descriptor: Descriptor?
    private var phase = Phase.open
    private var input: ConnectionInput
    private(set) var output = ConnectionOutput()
    private var peerWatch = PeerWatch()

    /// Whether the client may still send bytes that will not be read.
    private var leavesBytesUnread = false
    private var waitTimer = WaitTimer()

    init(
        _ descriptor: consuming Descriptor,
        peer: Peer,
        isRefused: Bool,
        server: Server,
        share: LoopShare
    ) {
        self.descriptor = consume descriptor
        self.isRefused = isRefused
        calls = HandlerCalls(server: server, share: share, peer: peer)
        limits = server.limits
        input = ConnectionInput(limits: limits.http)
    }

    var server: Server { calls.server }
    var share: LoopShare { calls.share }

    /// Starts to serve the connection.
    func start(on loop: isolated EventLoop) {
        guard let descriptor = descriptor.take() else { return }
        do throws(SystemError) {
            id = try loop.add(self, watching: descriptor)
            self.descriptor = consume descriptor
        } catch {
            // The kernel cannot watch more sockets; the descriptor closes at the end of its scope.
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
        if readiness.contains(.peerEnded) { peerWatch.recordEnd()?.run() }
        if !readiness.isDisjoint(with: .failed) {
            peerWatch.recordEnd()?.run()
            // No response can be sent. Requests received before the disconnect are still read.
            if input.stage == .response || !output.isEmpty { return close(on: loop) }
        }
        if !readiness.isDisjoint(with: .incoming) { input.expectBytes() }
        proceed(on: loop)
    }

    func resume(on loop: isolated EventLoop) {
        input.beginTurn()
        proceed(on: loop)
    }

    /// Handles an expired deadline.
    func expired(on loop: isolated EventLoop) {
        switch waitTimer.reason {
        case .idle, .linger, .nothing: return close(on: loop)
        case .write: return breakOff(on: loop)
        case .head, .body:
            if case .refuse(let refusal, let head) = input.timeOut() { refuse(refusal, head: head) }
        }
        proceed(on: loop)
    }
}

// Progress.
extension ServerConnection {
    /// Reads and sends as far as possible, then sets the deadline; for every change of state.
    private func proceed(on loop: isolated EventLoop) {
        work(on: loop)
        if server.isDraining, isBetweenRequests {
            // Requests that have arrived are handled even if epoll has not reported them yet.
            input.expectBytes()
            work(on: loop)
            if isBetweenRequests { return close(on: loop) }
        }
        if canRead, let id, input.waitForTurn() { loop.requestTurn(of: id) }
        updateDeadline(on: loop)
    }

    private func work(on loop: isolated EventLoop) {
        read(on: loop)
        flush(on: loop)
    }

    /// Whether no request is in progress: no head is complete, all responses are sent, and no input
    /// is unprocessed.
    private var isBetweenRequests: Bool {
        phase == .open && input.awaitsHead && output.isEmpty && !canRead
    }

    /// Closes the connection unless a request is in progress, which is then its last.
    func drain(on loop: isolated EventLoop) {
        if isBetweenRequests { proceed(on: loop) }
    }

    /// Sets the deadline of the current wait.
    private func updateDeadline(on loop: isolated EventLoop) {
        guard let id, phase != .closed else { return }
        let isNew = waitTimer.update(
            isLingering: phase == .lingering,
            sentCount: output.isEmpty ? nil : output.progress,
            input.stage,
            exchangeCount: output.exchangeCount
        )
        if isNew {
            loop.setDeadline(waitTimer.deadline(after: loop.now, limits: limits), for: id)
        }
    }
}

// Reading.
extension ServerConnection {
    /// Whether the next request may be read: none is being handled, and the output queue has room.
    private var isReading: Bool { phase == .open && input.stage != .response && output.hasRoom }

    /// Whether more bytes from the socket could be processed or dropped now.
    private var wantsBytes: Bool { phase == .lingering || (isReading && !input.hasUnread) }

    /// Whether ``read(on:)`` would do anything.
    private var canRead: Bool {
        (input.hasUnread && isReading) || (input.mayReceive && wantsBytes)
    }

    /// Processes the backlog, then at most one buffer from the socket.
    private func read(on loop: isolated EventLoop) {
        if input.awaitsTurn { return }
        if input.hasUnread, isReading { readBacklog(on: loop) }
        if input.mayReceive, wantsBytes { receive(on: loop) }
    }

    private func receive(on loop: isolated EventLoop) {
        var buffer: [UInt8] = []
        swap(&buffer, &loop.receiveBuffer)
        defer { swap(&buffer, &loop.receiveBuffer) }
        do throws(SystemError) {
            let received = try descriptor?.receive(into: &buffer) ?? .wouldBlock
            input.record(received, of: buffer.count, hasPeerEnded: peerWatch.hasEnded)
            switch received {
            case .bytes(let count): process(buffer.span.extracting(0..<count), on: loop)
            case .ended where phase == .lingering: close(on: loop)
            case .ended: readBacklog(on: loop)
            case .wouldBlock: break
            }
        } catch {
            // The client has reset the connection, so that no response can be sent.
            close(on: loop)
        }
    }

    private func process(_ bytes: Span<UInt8>, on loop: isolated EventLoop) {
        if phase == .lingering {
            if !input.drop(bytes.count) { close(on: loop) }
        } else if input.hasBacklog {
            input.append(bytes)
            readBacklog(on: loop)
        } else {
            let used = read(bytes, on: loop)
            if phase == .open { input.append(bytes.extracting(used..<bytes.count)) }
        }
    }

    private func readBacklog(on loop: isolated EventLoop) {
        var unread = input.removeBacklog()
        let bytes = unread.storage
        unread.drop(read(bytes.span.extracting(unread.start..<bytes.count), on: loop))
        if phase == .open { input.restore(unread) }
    }

    /// Runs the steps that `bytes` allow, up to one response: the next pipelined request waits for
    /// the turn of other connections. Returns the number of bytes processed.
    private func read(_ bytes: Span<UInt8>, on loop: isolated EventLoop) -> Int {
        let first = output.exchangeCount
        var used = 0
        while isReading, output.exchangeCount == first {
            switch input.next(bytes, used: &used, now: loop.now) {
            case .wait:
                input.finishReading()
                return used
            case .head(let head): decide(on: head)
            case .sendContinue:
                output.appendContinue()
                flush(on: loop)
            case .handle(let head, let body): handle(head, body: body, on: loop)
            case .refuse(let refusal, let head): refuse(refusal, head: head)
            case .end: phase = .closing
            }
        }
        input.pauseReading(unusedCount: bytes.count - used)
        return used
    }
}

// Responding.
extension ServerConnection {
    /// Asks the handler whether to receive the body of the request.
    private func decide(on head: RequestHead) {
        output.open(calls.openExchange(head, receivedNanoseconds: input.requestNanoseconds))
        switch calls.admit(head) {
        case .receive(let bodyBytesMax, let permit):
            waitTimer.bodyPermit = permit
            input.startBody(bytesMax: bodyBytesMax, mayExceedLimit: permit != nil)
        case .refuse(let response):
            input.startResponse()
            let announcesBody = head.framing != .none && head.framing != .contentLength(0)
            leavesBytesUnread = announcesBody
            respond(response, closes: announcesBody)
        }
    }

    /// Passes a whole request to the handler.
    private func handle(_ head: RequestHead, body: [UInt8], on loop: isolated EventLoop) {
        guard let id, let exchange = output.exchange else { return }
        let reply = Reply(to: id, number: exchange.number, on: loop)
        let permit = waitTimer.removePermit()
        if let response = calls.handle(head, body: body, exchange, permit: permit, reply: reply) {
            reply.use()
            respond(response)
        }
    }

    /// Sends the response to the open request, if there is one and no stream has started.
    private func respond(_ response: Response, closes: Bool = false) {
        guard output.awaitsResponse else { return }
        let keepsAlive = mayKeepAlive && !response.closes && !closes
        output.respond(response, keepsAlive: keepsAlive, date: share.date())
        finishExchange(keepsAlive: keepsAlive)
    }

    /// Sends the handler's response to an unusable request, then closes the connection.
    private func refuse(_ refusal: RequestFailure, head: RequestHead?) {
        if output.exchange == nil {
            output.open(calls.openExchange(head, receivedNanoseconds: input.requestNanoseconds))
        }
        _ = waitTimer.removePermit()
        let response = calls.refuse(refusal, head: head)
        output.respond(response, keepsAlive: false, date: share.date())
        leavesBytesUnread = refusal != .unanswered
        finishExchange(keepsAlive: false)
    }

    /// Whether the connection may stay open after the response to the open request.
    private var mayKeepAlive: Bool {
        output.exchange?.head?.keepAlive == true && !input.isExhausted && !server.isDraining
    }

    /// Continues after a complete response: the next request is read, or the connection closes.
    private func finishExchange(keepsAlive: Bool) {
        precondition(phase == .open, "no response follows the last one")
        peerWatch.removeAction()
        if keepsAlive { input.finishResponse() } else { phase = .closing }
    }
}

// Sending and closing.
extension ServerConnection {
    /// Sends queued bytes until the kernel's send buffer is full.
    private func flush(on loop: isolated EventLoop) {
        while !output.isEmpty {
            let (bytes, start) = output.unsent
            do throws(SystemError) {
                let count = try descriptor?.send(bytes.span.extracting(start..<bytes.count)) ?? 0
                // The send buffer is full; epoll reports when there is room again.
                if count == 0 { break }
                output.recordSent(count)
            } catch {
                // The client has disconnected.
                return close(on: loop)
            }
            while let exchange = output.removeSent() { calls.report(exchange, isComplete: true) }
        }
        if output.hasRoom { releaseWriter() }
        if phase == .closing, output.isEmpty { endSending(on: loop) }
    }

    private func endSending(on loop: isolated EventLoop) {
        precondition(output.exchange == nil && output.isEmpty, "the last response is sent")
        let mayBeSending = leavesBytesUnread || input.hasBacklog || input.mayReceive
        guard mayBeSending, !input.hasEnded else { return close(on: loop) }
        // Closing with unread bytes would reset the connection, and the client could lose the
        // response (RFC 9112 section 9.6).
        input.dropBacklog()
        phase = .lingering
        do throws(SystemError) { try descriptor?.endSending() } catch { close(on: loop) }
    }

    /// Resets the connection, discarding unsent output.
    func breakOff(on loop: isolated EventLoop) {
        try? descriptor?.resetOnClose()  // without the option it is closed all the same
        close(on: loop)
    }

    /// Closes the connection, runs the disconnect action and reports unfinished exchanges.
    private func close(on loop: isolated EventLoop) {
        guard phase != .closed else { return }
        phase = .closed
        if let id { loop.remove(id) }
        descriptor = nil
        input.dropBacklog()
        peerWatch.removeAction()?.run()
        releaseWriter(mayContinue: false)
        for exchange in output.abandon() { calls.report(exchange, isComplete: false) }
        server.didClose(self)
    }
}

// Called by ``Reply`` and ``ResponseStream``.
extension ServerConnection {
    func respondLater(_ response: Response, on loop: isolated EventLoop) {
        respond(response)
        proceed(on: loop)
    }

    /// Responds to a request whose ``Reply`` the handler released unused.
    func refuseWithoutResponse(on loop: isolated EventLoop) {
        guard output.awaitsResponse else { return }
        refuse(.unanswered, head: output.exchange?.head)
        proceed(on: loop)
    }

    /// Registers an action to run if the connection breaks before the response to request `number`.
    func onDisconnect(from number: UInt64, _ action: DisconnectAction) {
        guard output.exchange?.number == number else { return }
        peerWatch.register(action)?.run()
    }

    /// Sends the head of a streamed response, and the first piece of its body.
    func beginStream(_ head: Response, on loop: isolated EventLoop) {
        guard output.awaitsResponse else { return }
        let keepsAlive = mayKeepAlive && !head.closes
        output.startStream(head, keepsAlive: keepsAlive, date: share.date())
        proceed(on: loop)
    }

    /// Sends a piece of the body.
    ///
    /// - Parameter then: called with true when there is room for more, with false when the
    ///   connection is closed.
    func writeStream(
        _ bytes: [UInt8],
        on loop: isolated EventLoop,
        then: @escaping ConnectionOutput.Waiter
    ) {
        guard output.writeStream(bytes, waiter: then) else { return then(false) }
        proceed(on: loop)
    }

    func finishStream(on loop: isolated EventLoop) {
        let mayKeepAlive = mayKeepAlive
        guard let keepsAlive = output.finishStream() else { return }
        // A server that drains closes the connection although the head announced keep-alive.
        finishExchange(keepsAlive: keepsAlive && mayKeepAlive)
        proceed(on: loop)
    }

    /// Resets the connection of an unfinished stream, so that the client sees an incomplete body.
    func breakStream(on loop: isolated EventLoop) {
        if output.isStreaming { breakOff(on: loop) }
    }

    /// Resumes the waiting writer, if there is one, and says whether it may write more.
    func releaseWriter(mayContinue: Bool = true) { output.removeWaiter()?(mayContinue) }
}
