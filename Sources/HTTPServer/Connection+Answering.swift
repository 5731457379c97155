import HTTPCore
import Sockets

extension Connection {
    /// Asks the handler whether the request's body may come.
    func admit(_ head: RequestHead) {
        exchange = openExchange(head)
        switch server.handler.admit(head, from: peer) {
        case .receive(let bodyBytesMax): conversation.admit(bodyBytesMax: bodyBytesMax)
        case .refuse(let response):
            conversation.beginAnswer()
            let announcesBody = head.framing != .none && head.framing != .contentLength(0)
            leavesBytesUnread = announcesBody
            answer(response, closes: announcesBody)
        }
    }

    /// Gives the handler a whole request.
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
            answer(response)
        }
    }

    /// Answers the request that is with the handler, if it still is.
    func answer(_ response: Response, closes: Bool = false) {
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

    /// Answers in the handler's words what cannot be handled, as the last thing on the connection.
    func refuse(_ refusal: Refusal, head: RequestHead?) {
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

    /// Whether the connection can be used further when the request has been answered.
    func keepsAlive(after exchange: OpenExchange) -> Bool {
        let isLast = conversation.hasInputEnded && backlog.isEmpty
        return exchange.head?.keepAlive == true && !isLast && !server.isDraining
    }

    /// Turns to what comes after an answer.
    func end(_ exchange: OpenExchange, keepsAlive: Bool) {
        outbox.end(exchange)
        self.exchange = nil
        disconnectAction = nil
        exchangeCount += 1
        if keepsAlive {
            conversation.endAnswer()
        } else {
            phase = .closing
        }
    }

    /// Sends as much as the client takes.
    func flush(on loop: isolated EventLoop) {
        while !outbox.isEmpty {
            let bytes = outbox.bytes
            let unsent = bytes.span.extracting(outbox.sentCount..<bytes.count)
            do throws(SystemError) {
                let count = try descriptor?.send(unsent) ?? 0
                // The kernel takes no more, and will say when it does.
                if count == 0 { break }
                outbox.sent(count)
            } catch {
                // The client has gone.
                return close(on: loop)
            }
            while let exchange = outbox.takeSent() { report(exchange, isComplete: true) }
        }
        if outbox.count < ServerLimits.outputBytesMax { releaseWriter() }
        if phase == .closing, outbox.isEmpty { endSending(on: loop) }
    }

    private func endSending(on loop: isolated EventLoop) {
        let mayBeSending = leavesBytesUnread || !backlog.isEmpty || mayReceive
        guard mayBeSending, !conversation.hasInputEnded else { return close(on: loop) }
        // Closing while bytes are unread would reset the connection, and the client could lose the
        // answer to it (RFC 9112 section 9.6).
        backlog = Backlog()
        phase = .lingering
        do throws(SystemError) {
            try descriptor?.endSending()
        } catch {
            close(on: loop)
        }
    }

    /// Lets the handler know how an exchange has ended.
    func report(_ exchange: OpenExchange, isComplete: Bool) {
        server.handler.finished(
            Exchange(
                head: exchange.head,
                peer: peer,
                number: exchange.number,
                status: exchange.status,
                receivedNanoseconds: exchange.receivedNanoseconds,
                finishedNanoseconds: Clock.monotonicNanoseconds(),
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

// What a ``Reply`` asks for.
extension Connection {
    func answerLater(_ response: Response, on loop: isolated EventLoop) {
        answer(response)
        proceed(on: loop)
    }

    /// The handler has let go of the request.
    func refuseUnanswered(on loop: isolated EventLoop) {
        guard let exchange, stream == nil else { return }
        refuse(.unanswered, head: exchange.head)
        proceed(on: loop)
    }

    /// Remembers what to run if the connection breaks before request `number` is answered.
    func onDisconnect(from number: UInt64, _ action: DisconnectAction) {
        guard exchange?.number == number else { return }
        disconnectAction = action
        if hasPeerEnded { peerEnded() }
    }

    /// The client has ended its side, or has gone: it sends no further request.
    func peerEnded() {
        hasPeerEnded = true
        guard let action = disconnectAction, action.runsAtHalfClose else { return }
        disconnectAction = nil
        action.run()
    }
}

/// What to run when a client does not wait for its answer any more.
struct DisconnectAction {
    /// Whether it runs already when the client has ended its side, and may still read.
    let runsAtHalfClose: Bool
    let run: @Sendable () -> Void
}
