import HTTPCore
import HTTPServer
import Payments
import SQLite
import Snap
import Sockets
import Store
import Synchronization

/// The notify listener: what the gateway sees (contract section 4).
///
/// Everything up to the store's mailbox happens in one call on the connection's loop; the answer to an
/// authentic callback leaves when its commit is on disk.
final class NotifyHandler: RequestHandler {
    private let context: Mutex<NotifyContext>
    private let store: Store
    private let log: Log
    private let requestsInFlight = Atomic<Int>(0)
    private let now: @Sendable () -> Int64

    /// - Parameter now: milliseconds since the epoch.
    init(
        context: NotifyContext,
        store: Store,
        log: Log,
        now: @escaping @Sendable () -> Int64
    ) {
        self.context = Mutex(context)
        self.store = store
        self.log = log
        self.now = now
    }

    /// Serves requests that begin from now on as `context` says.
    func apply(_ context: NotifyContext) { self.context.withLock { $0 = context } }

    // MARK: Rows 1 and 2

    func admit(_ head: RequestHead, from peer: Peer) -> Admission {
        let context = context.withLock { $0 }
        guard let answer = NotifyRoute(head, peer, context).refusal else {
            return .receive(bodyBytesMax: context.bodyBytesMax)
        }
        // The body of what may be a misdirected callback is worth keeping, unless the client waits to be
        // told whether to send it.
        if head.framing != .none, !head.expectsContinue, isPlausible(head, context) {
            return .receive(bodyBytesMax: context.bodyBytesMax)
        }
        return .refuse(refuse(answer, head, body: [], peer, context, started: nil))
    }

    // MARK: Rows 3 to 13

    func handle(_ request: Request, reply: Reply) -> Response? {
        let context = context.withLock { $0 }
        let route = NotifyRoute(request.head, request.peer, context)
        if route.isHealth { return Self.healthResponse }
        let started = request.receivedNanoseconds
        if let answer = route.refusal {
            return refuse(
                answer,
                request.head,
                body: request.body,
                request.peer,
                context,
                started: started
            )
        }
        guard isThereRoom(context) else {
            return respond(NotifyAnswer.busy, request, client: route.client, outcome: "busy")
        }
        let examination = CallbackExamination(
            request,
            client: route.client,
            nowMilliseconds: now(),
            context
        )
        switch examination {
        case .refused(let answer):
            requestsInFlight.subtract(1, ordering: .relaxed)
            return refuse(
                answer,
                request.head,
                body: request.body,
                request.peer,
                context,
                started: started
            )
        case .authentic(let delivery, let problem):
            store.submit(delivery) { [self] result in
                requestsInFlight.subtract(1, ordering: .relaxed)
                reply.send(settle(result, delivery, problem: problem, request))
            }
            return nil
        }
    }

    func refuse(_ refusal: Refusal, head: RequestHead?, peer: Peer) -> Response {
        let answer = NotifyAnswers.answer(refusal.status)
        log.info("request refused") {
            $0.add("client", describing: peer)
            $0.add("code", answer.code.description)
            $0.add("reason", String(describing: refusal))
        }
        return NotifyAnswers.response(answer, externalID: nil, nowMilliseconds: now())
    }

    private func isThereRoom(_ context: NotifyContext) -> Bool {
        let count = requestsInFlight.add(1, ordering: .relaxed).newValue
        if count <= context.requestsInFlightMax { return true }
        requestsInFlight.subtract(1, ordering: .relaxed)
        return false
    }

    private func settle(
        _ result: Result<Judgement, SQLiteError>,
        _ delivery: Delivery,
        problem: SnapAnswer?,
        _ request: Request
    ) -> Response {
        switch result {
        case .success(let judgement):
            let answer = NotifyAnswers.answer(judgement.answer, problem: problem)
            log.info("callback") { line in
                line.add("request", request.number)
                line.add("callback", judgement.callbackID)
                line.add("outcome", judgement.outcome.word)
                if judgement.isRepetition { line.add("repetition", true) }
                if let sequence = judgement.sequence { line.add("sequence", sequence) }
                if let externalID = delivery.externalID { line.add("externalId", externalID) }
                line.add("code", answer.code.description)
                line.add("client", delivery.client)
                line.add(
                    "ms",
                    milliseconds: Clock.monotonicNanoseconds() - request.receivedNanoseconds
                )
            }
            return NotifyAnswers.response(
                answer,
                externalID: delivery.externalID,
                nowMilliseconds: now()
            )
        case .failure:
            // The store's owner was told why; here only this request is of interest.
            return respond(
                NotifyAnswer.notCommitted,
                request,
                client: nil,
                outcome: "not committed"
            )
        }
    }

    // MARK: Answers that need no store

    private func respond(
        _ answer: SnapAnswer,
        _ request: Request,
        client: ClientAddress?,
        outcome: String
    ) -> Response {
        log.info("callback") { line in
            line.add("request", request.number)
            line.add("outcome", outcome)
            line.add("code", answer.code.description)
            line.add("client", client?.description ?? request.peer.description)
            line.add("ms", milliseconds: Clock.monotonicNanoseconds() - request.receivedNanoseconds)
        }
        let externalID = CallbackHeaders(request.head).externalID(in: request.head)?.text
        return NotifyAnswers.response(answer, externalID: externalID, nowMilliseconds: now())
    }

    /// Answers a request that is not the gateway's word, and keeps it within bounds.
    private func refuse(
        _ answer: SnapAnswer,
        _ head: RequestHead,
        body: [UInt8],
        _ peer: Peer,
        _ context: NotifyContext,
        started: UInt64?
    ) -> Response {
        let externalID = CallbackHeaders(head).externalID(in: head)?.text
        let client = ClientAddress(peer: peer.address, head: head, trusted: context.trustedProxies)
        let nowMilliseconds = now()
        let refused = RefusedRequest(
            receivedMilliseconds: nowMilliseconds,
            client: client.description,
            head: head.bytes,
            body: body,
            code: answer.code.description,
            problem: answer.message,
            externalID: externalID,
            isPlausible: isPlausible(head, context)
        )
        store.keep(refused)
        log.info("callback") { line in
            line.add("outcome", "refused")
            if let externalID { line.add("externalId", externalID) }
            line.add("code", answer.code.description)
            line.add("reason", answer.message)
            line.add("client", client.description)
            if let started {
                line.add("ms", milliseconds: Clock.monotonicNanoseconds() - started)
            }
        }
        return NotifyAnswers.response(
            answer,
            externalID: externalID,
            nowMilliseconds: nowMilliseconds
        )
    }

    /// Whether a refused request bears our client id or a well-formed signature (contract section 7).
    private func isPlausible(_ head: RequestHead, _ context: NotifyContext) -> Bool {
        let headers = CallbackHeaders(head)
        if let partner = headers.partnerID.range, head[partner].elementsEqual(context.clientID) {
            return true
        }
        return headers.signature.range.map { context.isSignature(head.bytes.span.extracting($0)) }
            ?? false
    }

    private static let healthResponse: Response = {
        var response = Response(.ok, body: Array("{\"status\":\"ok\"}".utf8))
        response.add("Content-Type", "application/json")
        return response
    }()
}
