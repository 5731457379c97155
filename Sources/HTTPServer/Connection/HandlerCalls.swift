import HTTPCore
import System

/// The calls of one connection to the handler of its server, in the order of an exchange.
struct HandlerCalls {
    let server: Server
    let share: LoopShare
    let peer: Peer

    /// Numbers a request whose head is complete, or which is refused before (no head).
    func openExchange(_ head: RequestHead?, receivedNanoseconds: UInt64) -> OpenExchange {
        OpenExchange(
            head: head,
            number: server.nextRequestNumber(),
            receivedNanoseconds: receivedNanoseconds
        )
    }

    /// Whether to receive the body of the request.
    func admit(_ head: RequestHead) -> Admission { server.handler.admit(head, from: peer) }

    /// Passes a whole request to the handler; nil if it responds later.
    func handle(
        _ head: RequestHead,
        body: [UInt8],
        _ exchange: OpenExchange,
        permit: BodyPermit?,
        reply: Reply
    ) -> Response? {
        let request = Request(
            head: head,
            body: body,
            peer: peer,
            number: exchange.number,
            receivedNanoseconds: exchange.receivedNanoseconds,
            loopIndex: share.index,
            permit: permit
        )
        return server.handler.handle(request, reply: reply)
    }

    /// The handler's response to an unusable request.
    func refuse(_ refusal: RequestFailure, head: RequestHead?) -> Response {
        server.handler.refuse(refusal, head: head, peer: peer)
    }

    /// Reports the end of an exchange.
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
}
