import HTTPCore
import System

extension ServerConnection {
    /// Asks the handler whether to receive the body of the request.
    func decide(on head: RequestHead) {
        precondition(exchange == nil, "one request at a time")
        exchange = openExchange(head)
        switch server.handler.admit(head, from: peer) {
        case .receive(let bodyBytesMax): conversation.startBody(bytesMax: bodyBytesMax)
        case .refuse(let response):
            conversation.startResponse()
            let announcesBody = head.framing != .none && head.framing != .contentLength(0)
            leavesBytesUnread = announcesBody
            respond(response, closes: announcesBody)
        }
    }

    /// Passes a whole request to the handler.
    func handle(_ head: RequestHead, body: [UInt8], on loop: isolated EventLoop) {
        guard let id, let exchange else { return }
        let request = Request(
            head: head,
            body: body,
            peer: peer,
            number: exchange.number,
            receivedNanoseconds: exchange.receivedNanoseconds,
            loopIndex: share.index
        )
        let reply = Reply(to: id, number: exchange.number, on: loop)
        if let response = server.handler.handle(request, reply: reply) {
            reply.use()
            respond(response)
        }
    }

    /// Sends the response to the open request; does nothing without one, or once a stream has
    /// started.
    func respond(_ response: Response, closes: Bool = false) {
        guard var exchange, stream == nil else { return }
        let keepsAlive = keepsAlive(after: exchange) && !response.closes && !closes
        exchange.status = response.status
        outbox.append {
            response.serialize(
                into: &$0,
                for: exchange.version,
                isHEAD: exchange.isHEAD,
                keepAlive: keepsAlive,
                date: share.date()
            )
        }
        end(exchange, keepsAlive: keepsAlive)
    }

    /// Sends the handler's response to an unusable request, then closes the connection.
    func refuse(_ refusal: RequestFailure, head: RequestHead?) {
        var exchange = exchange ?? openExchange(head)
        let response = server.handler.refuse(refusal, head: head, peer: peer)
        exchange.status = response.status
        outbox.append {
            response.serialize(
                into: &$0,
                for: exchange.version,
                isHEAD: exchange.isHEAD,
                keepAlive: false,
                date: share.date()
            )
        }
        leavesBytesUnread = refusal != .unanswered
        end(exchange, keepsAlive: false)
    }

    /// Whether the connection stays open after the response to the request.
    func keepsAlive(after exchange: OpenExchange) -> Bool {
        let isLast = conversation.hasInputEnded && backlog.isEmpty
        return exchange.head?.keepAlive == true && !isLast && !server.isDraining
    }

    /// Completes a response: the next request is read, or the connection closes.
    func end(_ exchange: OpenExchange, keepsAlive: Bool) {
        precondition(phase == .open, "no response follows the last one")
        outbox.end(exchange)
        self.exchange = nil
        disconnectAction = nil
        exchangeCount += 1
        if keepsAlive {
            conversation.finishResponse()
        } else {
            phase = .closing
        }
    }

    /// Sends queued bytes until the kernel's send buffer is full.
    func flush(on loop: isolated EventLoop) {
        while !outbox.isEmpty {
            let bytes = outbox.bytes
            let unsent = bytes.span.extracting(outbox.sentCount..<bytes.count)
            do throws(SystemError) {
                let count = try descriptor?.send(unsent) ?? 0
                // The send buffer is full; epoll reports when there is room again.
                if count == 0 { break }
                outbox.sent(count)
            } catch {
                // The client has disconnected.
                return close(on: loop)
            }
            while let exchange = outbox.removeSent() { report(exchange, isComplete: true) }
        }
        if outbox.count < ServerLimits.outputBytesMax { releaseWriter() }
        if phase == .closing, outbox.isEmpty { endSending(on: loop) }
    }

    private func endSending(on loop: isolated EventLoop) {
        precondition(exchange == nil && outbox.isEmpty, "the last response is sent")
        let mayBeSending = leavesBytesUnread || !backlog.isEmpty || mayReceive
        guard mayBeSending, !conversation.hasInputEnded else { return close(on: loop) }
        // Closing with unread bytes would reset the connection, and the client could lose the
        // response (RFC 9112 section 9.6).
        backlog = Backlog()
        phase = .lingering
        do throws(SystemError) {
            try descriptor?.endSending()
        } catch {
            close(on: loop)
        }
    }

    /// Reports the end of an exchange to the handler.
    func report(_ exchange: OpenExchange, isComplete: Bool) {
        server.handler.finished(
            Exchange(
                head: exchange.head,
                peer: peer,
                number: exchange.number,
                status: exchange.status,
                receivedNanoseconds: exchange.receivedNanoseconds,
                finishedNanoseconds: SystemClock.monotonicNanoseconds(),
                isComplete: isComplete
            )
        )
    }

    private func openExchange(_ head: RequestHead?) -> OpenExchange {
        OpenExchange(
            head: head,
            number: server.nextRequestNumber(),
            receivedNanoseconds: requestNanoseconds
        )
    }
}

// Called by ``Reply``.
extension ServerConnection {
    func respondLater(_ response: Response, on loop: isolated EventLoop) {
        respond(response)
        proceed(on: loop)
    }

    /// Responds to a request whose ``Reply`` the handler released unused.
    func refuseWithoutResponse(on loop: isolated EventLoop) {
        guard let exchange, stream == nil else { return }
        refuse(.unanswered, head: exchange.head)
        proceed(on: loop)
    }

    /// Registers an action to run if the connection breaks before the response to request `number`.
    func onDisconnect(from number: UInt64, _ action: DisconnectAction) {
        guard exchange?.number == number else { return }
        disconnectAction = action
        if hasPeerEnded { peerEnded() }
    }

    /// Records that the client has closed its side or disconnected, and sends no further request.
    func peerEnded() {
        hasPeerEnded = true
        guard let action = disconnectAction, action.runsAtHalfClose else { return }
        disconnectAction = nil
        action.run()
    }
}

/// An action to run when a client no longer waits for its response.
struct DisconnectAction {
    /// Whether to run it as soon as the client closes its sending side, although it may still read.
    let runsAtHalfClose: Bool
    let run: @Sendable () -> Void
}
