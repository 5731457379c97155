package import Alarms
import HTTPCore
import HTTPServer
import Ledger
package import Logging
package import Metrics
import Payments
import Snap
import System
package import Store
import Synchronization

/// Handles the requests of the notify listener (article Checks).
///
/// Everything up to the store's mailbox happens in one call on the connection's loop. The response
/// to an authentic callback is made on that loop again, after the commit is durable: the writer
/// makes no responses, log lines or metrics.
package final class NotifyHandler: RequestHandler {
    private let context: Mutex<NotifyContext>

    /// The same as in ``context``: what is asked of every head, without its lock.
    private let bodyBytesMax: Atomic<Int>
    private let store: Store
    private let metrics: Metrics
    private let log: Log

    /// Limit the lines about refused requests that bear our client ID, and about others.
    private let ownLines: LineLimit
    private let foreignLines: LineLimit
    private let refusals: RefusalTally
    private let clock: ClockSamples
    private let requestsInFlight = Atomic<Int>(0)
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - refusals: counts refused callbacks that bear the merchant's client ID.
    ///   - clock: gets the times at which callbacks were signed.
    ///   - now: milliseconds since the epoch.
    package init(
        context: NotifyContext,
        store: Store,
        metrics: Metrics,
        log: Log,
        refusals: RefusalTally = RefusalTally(),
        clock: ClockSamples = ClockSamples(toleranceSeconds: 0),
        now: @escaping @Sendable () -> Int64
    ) {
        self.context = Mutex(context)
        bodyBytesMax = Atomic(context.bodyBytesMax)
        self.store = store
        self.metrics = metrics
        self.log = log
        ownLines = LineLimit(log, summary: "refused callbacks not logged")
        foreignLines = LineLimit(log, summary: "refused requests not logged")
        self.refusals = refusals
        self.clock = clock
        self.now = now
    }

    /// Serves requests that begin from now on as `context` says.
    package func apply(_ context: NotifyContext) {
        self.context.withLock { $0 = context }
        bodyBytesMax.store(context.bodyBytesMax, ordering: .relaxed)
    }

    // MARK: RequestHandler

    /// Accepts the body. With `Expect: 100-continue`, two rows are checked before it
    /// (article Checks, row 1 and row 2).
    ///
    /// All other requests are decided when they are complete, once, in ``handle(_:reply:)``: a body
    /// within the limit costs little, and what may be a misdirected callback is kept with it.
    func admit(_ head: RequestHead, from peer: Peer) -> Admission {
        if head.expectsContinue {
            let context = context.withLock { $0 }
            let route = NotifyRoute(head, peer, context)
            if let response = route.refusal {
                let refused = Rejection(head, route.client, response, context)
                return .refuse(refuse(refused, context))
            }
        }
        return .receive(bodyBytesMax: bodyBytesMax.load(ordering: .relaxed))
    }

    func handle(_ request: Request, reply: Reply) -> Response? {
        let context = context.withLock { $0 }
        let route = NotifyRoute(request.head, request.peer, context)
        if route.isHealth { return Self.healthResponse }
        if let response = route.refusal, !route.isAddressRefused {
            return refuse(Rejection(request, route.client, response, context), context)
        }
        guard isThereRoom(context) else {
            let response = route.refusal ?? NotifyResponse.busy
            return respond(to: Rejection(request, route.client, response, context))
        }
        let examination = CallbackExamination(
            request,
            route,
            nowMilliseconds: now(),
            context
        )
        switch examination {
        case .refused(let response):
            endRequest()
            return refuse(Rejection(request, route.client, response, context), context)
        case .authentic(let delivery, let problem):
            context.countAuthentic(by: delivery.verification.keyFingerprint)
            store.submit(delivery, completingOn: reply.loop) { [self] result in
                endRequest()
                reply.sendOnLoop(
                    respond(to: result, delivery, problem: problem, request, route.client)
                )
            }
            return nil
        }
    }

    func refuse(_ refusal: RequestFailure, head: RequestHead?, peer: Peer) -> Response {
        let response = NotifyResponses.snapResponse(refusal.status)
        if let head {
            // A callback that was too long or broke off: its head is worth keeping.
            let context = context.withLock { $0 }
            let route = NotifyRoute(head, peer, context)
            return refuse(Rejection(head, route.client, response, context), context)
        }
        let reason = RefusalReason(response)
        metrics.count(response.code)
        metrics.refusals.add(reason, isAuthentic: false)
        foreignLines.info("request refused", reason: reason.word) {
            $0.add("code", response.codeText)
            $0.add("reason", String(describing: refusal))
            $0.add("client", describing: peer)
        }
        return NotifyResponses.response(response, externalID: nil, nowMilliseconds: now())
    }

    func acceptFailed(_ error: SystemError, on address: SocketAddress) {
        log.acceptFailed(error, on: address)
    }

    /// The requests that are being handled, and their limit.
    package var load: Metrics.Load {
        Metrics.Load(
            requests: requestsInFlight.load(ordering: .relaxed),
            requestsMax: context.withLock { $0.requestsInFlightMax }
        )
    }

    private func isThereRoom(_ context: NotifyContext) -> Bool {
        let count = requestsInFlight.add(1, ordering: .relaxed).newValue
        if count <= context.requestsInFlightMax { return true }
        endRequest()
        return false
    }

    private func endRequest() {
        let count = requestsInFlight.subtract(1, ordering: .relaxed).newValue
        precondition(count >= 0, "a request ends once")
    }

    // MARK: Authentic callbacks

    private func respond(
        to result: Result<Judgement, StoreError>,
        _ delivery: Delivery,
        problem: SnapResponse?,
        _ request: Request,
        _ client: ClientAddress
    ) -> Response {
        guard case .success(let judgement) = result else {
            // `Store.Hooks.commitsFailed` reports the error; this line is about the request alone.
            return respond(to: Rejection(request, client, notStored: delivery))
        }
        let response = NotifyResponses.snapResponse(judgement.response, problem: problem)
        let nanoseconds = SystemClock.monotonicNanoseconds() - request.receivedNanoseconds
        count(judgement, delivery, response, nanoseconds: nanoseconds)
        observe(judgement, delivery, response)
        log.info("callback") { line in
            line.addRequest(request.number, request.head)
            line.add("callback", judgement.callbackID)
            line.add("outcome", judgement.outcome.word)
            if judgement.isRedelivery { line.add("redelivery", true) }
            if let sequence = judgement.sequence { line.add("sequence", sequence) }
            if let externalID = delivery.externalID { line.add("externalId", externalID) }
            line.addReferences(of: delivery.content)
            line.add("code", response.codeText)
            line.add("client", delivery.client)
            line.addForwardedFor(of: client)
            line.add("ms", milliseconds: nanoseconds)
        }
        return NotifyResponses.response(
            response,
            externalID: delivery.externalID,
            nowMilliseconds: now()
        )
    }

    /// Tells the watches what an authentic callback shows. A redelivery shows nothing about the
    /// clock: it was signed earlier.
    private func observe(_ judgement: Judgement, _ delivery: Delivery, _ response: SnapResponse) {
        if let signed = delivery.signedMilliseconds, !judgement.isRedelivery {
            clock.add(theirs: signed, ours: delivery.receivedMilliseconds)
        }
        switch delivery.content.failure {
        case .address, .partner:
            addRefusal(response, atMilliseconds: delivery.receivedMilliseconds, isAuthentic: true)
        case .headers, .body, nil:
            if judgement.response == .successful { refusals.recordAccepted() }
        }
    }

    private func addRefusal(
        _ response: SnapResponse,
        atMilliseconds now: Int64,
        isAuthentic: Bool
    ) {
        refusals.add(
            RefusalTally.Refusal(
                atMilliseconds: now,
                response: "\(response.codeText) \(response.message)",
                isAuthentic: isAuthentic
            )
        )
    }

    private func count(
        _ judgement: Judgement,
        _ delivery: Delivery,
        _ response: SnapResponse,
        nanoseconds: UInt64
    ) {
        if let reason = RefusalReason(judgement.response, delivery.content.failure) {
            metrics.refusals.add(reason, isAuthentic: true)
        }
        if judgement.isRedelivery {
            metrics.redeliveries.add()
        } else {
            metrics.count(judgement.outcome)
        }
        metrics.count(response.code)
        metrics.callbackDuration.add(nanoseconds: nanoseconds)
    }

    // MARK: Rejected requests

    /// A request that gets its response without the store.
    private struct Rejection {
        let head: RequestHead
        var body: [UInt8] = []
        let client: ClientAddress
        let response: SnapResponse

        /// X-EXTERNAL-ID, when it was well formed.
        let externalID: String?
        let headers: CallbackHeaders

        /// Whether X-PARTNER-ID is our client ID.
        let bearsClientID: Bool

        /// The number and the start of the request, where it was complete.
        var request: (number: UInt64, receivedNanoseconds: UInt64)?

        /// An authentic callback that could not be stored; nil for all others.
        var delivery: Delivery?

        init(
            _ head: RequestHead,
            _ client: ClientAddress,
            _ response: SnapResponse,
            _ context: NotifyContext
        ) {
            self.head = head
            self.client = client
            self.response = response
            headers = CallbackHeaders(head)
            externalID = headers.externalID(in: head)?.text
            bearsClientID = context.bearsClientID(headers, in: head)
        }

        init(
            _ request: Request,
            _ client: ClientAddress,
            _ response: SnapResponse,
            _ context: NotifyContext
        ) {
            self.init(request.head, client, response, context)
            body = request.body
            self.request = (request.number, request.receivedNanoseconds)
        }

        init(_ request: Request, _ client: ClientAddress, notStored delivery: Delivery) {
            head = request.head
            self.client = client
            response = NotifyResponse.notCommitted
            externalID = delivery.externalID
            headers = CallbackHeaders(request.head)
            bearsClientID = true
            self.request = (request.number, request.receivedNanoseconds)
            self.delivery = delivery
        }

        var reason: RefusalReason {
            delivery == nil ? RefusalReason(response, bearsClientID: bearsClientID) : .failure
        }
    }

    /// Answers what is not the gateway's word, and keeps it within bounds.
    private func refuse(_ refused: Rejection, _ context: NotifyContext) -> Response {
        let rejected = RejectedRequest(
            receivedMilliseconds: now(),
            client: refused.client.description,
            head: refused.head.bytes,
            body: refused.body,
            code: refused.response.codeText,
            problem: refused.response.message,
            externalID: refused.externalID,
            isPlausible: context.isPlausible(refused.headers, in: refused.head)
        )
        store.add(rejected)
        metrics.count(.refused)
        if refused.bearsClientID {
            let now = rejected.receivedMilliseconds
            addRefusal(refused.response, atMilliseconds: now, isAuthentic: false)
        }
        return respond(to: refused)
    }

    /// Answers, counts and logs.
    private func respond(to refused: Rejection) -> Response {
        metrics.count(refused.response.code)
        metrics.refusals.add(refused.reason, isAuthentic: refused.delivery != nil)
        log(refused)
        return NotifyResponses.response(
            refused.response,
            externalID: refused.externalID,
            nowMilliseconds: now()
        )
    }

    /// Logs a refused request. A flood of them is summarised, but not authentic callbacks: when the
    /// database fails, their lines are the only record of them.
    private func log(_ refused: Rejection) {
        let write = { (line: inout LogLine) in
            line.addRequest(refused.request?.number, refused.head)
            line.add("outcome", "refused")
            if let externalID = refused.externalID { line.add("externalId", externalID) }
            if let delivery = refused.delivery { line.addReferences(of: delivery.content) }
            line.add("code", refused.response.codeText)
            line.add("reason", refused.response.message)
            line.add("client", describing: refused.client)
            line.addForwardedFor(of: refused.client)
            if let start = refused.request?.receivedNanoseconds {
                line.add("ms", milliseconds: SystemClock.monotonicNanoseconds() - start)
            }
        }
        if refused.delivery != nil {
            log.info("callback", write)
        } else {
            let lines = refused.bearsClientID ? ownLines : foreignLines
            lines.info("callback", reason: refused.reason.word, write)
        }
    }

    /// Logs how many lines were not written, before the program stops.
    package func reportOmittedLines() {
        ownLines.endPeriod()
        foreignLines.endPeriod()
    }

    private static let healthResponse: Response = {
        var response = Response(.ok, body: Array("{\"status\":\"ok\"}".utf8))
        response.add("Content-Type", "application/json")
        return response
    }()
}
