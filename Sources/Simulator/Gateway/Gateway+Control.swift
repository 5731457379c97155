import HTTPServer
import Payments
import Snap
import Text

// The control API, for tests and developers.
extension Gateway {
    /// Validity of a payment that ``pay(_:_:)`` creates: 15 minutes.
    private static let validityMilliseconds: Int64 = 900_000

    /// Handles a request of the control API.
    ///
    /// Failures are JSON objects with a member `error`.
    func serve(_ route: GatewayRoute.Control, _ request: Request) async -> GatewayResponse {
        do throws(ControlError) {
            switch route {
            case .list: return list()
            case .show(let reference): return .control(200, try known(reference).text)
            case .pay(let reference): return try await pay(reference, ControlRequest(request.body))
            case .cancel(let reference):
                return try await cancel(reference, ControlRequest(request.body))
            case .faults:
                plan = try ControlRequest(request.body).plan(on: plan.withoutFaults)
                return .control(200, JSONObjectText())
            case .release:
                release()
                return .control(200, JSONObjectText())
            }
        } catch {
            var text = JSONObjectText()
            text.add("error", error.description)
            return .control(error.status, text)
        }
    }

    /// All payments, oldest first.
    private func list() -> GatewayResponse {
        var text = JSONObjectText()
        text.add("transactions", allPayments.map(\.text))
        return .control(200, text)
    }

    /// The payment, or an error with status 404.
    private func known(_ reference: Reference) throws(ControlError) -> SimulatedPayment {
        guard let payment = payment(reference) else { throw ControlError(404, "no such payment") }
        return payment
    }

    /// Marks a payment as paid, and sends its callbacks.
    ///
    /// With an amount, an unknown payment is created first, as one that another system of the
    /// merchant has generated.
    private func pay(
        _ reference: Reference,
        _ request: ControlRequest
    ) async throws(ControlError) -> GatewayResponse {
        if payment(reference) == nil, let amount = request.amount {
            try makeUnknown(reference, amount)
        }
        let plan = try request.plan(on: try known(reference).plan)
        try requireRoom(reference)
        let now = now()
        update(reference) {
            $0.pay(at: now)
            $0.plan.queryResponse = plan.queryResponse
        }
        let statuses: [LatestTransactionStatus] =
            plan.cancelsFirst ? [.cancelled, .success] : [.success]
        return try await callBack(reference, statuses, plan, request)
    }

    /// Marks a payment as cancelled, and sends the callback with 05; 409 if it is paid.
    private func cancel(
        _ reference: Reference,
        _ request: ControlRequest
    ) async throws(ControlError) -> GatewayResponse {
        let plan = try request.plan(on: try known(reference).plan)
        try requireRoom(reference)
        let now = now()
        var isCancelled = false
        update(reference) {
            isCancelled = $0.cancel(at: now)
            $0.plan.queryResponse = plan.queryResponse
        }
        guard isCancelled else { throw ControlError(409, "the payment is already paid") }
        return try await callBack(reference, [.cancelled], plan, request)
    }

    /// Limits the callbacks of one payment to ``callbacksMax``, and rejects new ones after
    /// ``stop()``.
    private func requireRoom(_ reference: Reference) throws(ControlError) {
        guard try known(reference).callbacks.count < Self.callbacksMax, !isStopped else {
            throw ControlError(503, "this payment has no room for more callbacks")
        }
    }

    /// Creates a payment without a generate request, with a fee of 0.
    private func makeUnknown(_ reference: Reference, _ amount: Amount) throws(ControlError) {
        guard let fee = Amount(sen: 0) else { return }
        let validUntil = now() + Self.validityMilliseconds
        let intent = GenerateIntent(
            partnerReferenceNo: reference,
            validityPeriod: JakartaTime.text(milliseconds: validUntil),
            amount: amount,
            feeAmount: fee
        )
        guard make(intent, externalID: random.digits(32), validUntil: validUntil) != nil else {
            throw ControlError(503, "the limit of payments is reached")
        }
    }

    /// Starts the delivery; responds 200 after it if the request waits, else 202 at once.
    private func callBack(
        _ reference: Reference,
        _ statuses: [LatestTransactionStatus],
        _ plan: FaultPlan,
        _ request: ControlRequest
    ) async throws(ControlError) -> GatewayResponse {
        let delivery = callBack(reference, statuses, plan)
        // A delayed delivery ends only after a later one, so waiting for it could block forever.
        let isDelayed = plan.isReordered && statuses.count == 1
        if request.waits && !isDelayed { await delivery.value }
        return .control(request.waits && !isDelayed ? 200 : 202, try known(reference).text)
    }
}

extension GatewayResponse {
    /// A response of the control API.
    fileprivate static func control(_ status: Int, _ text: JSONObjectText) -> GatewayResponse {
        GatewayResponse(status: status, body: text.bytes)
    }
}

/// The body of a request to the simulator's control API.
///
/// The body is empty, or an object as below; every member is optional, and an unknown one is an
/// error.
///
/// ```
/// {"faults": ["duplicate=2", …], "amount": "10000.00", "wait": true}
/// ```
private struct ControlRequest {
    /// Faults of this call, in addition to those of the payment.
    private(set) var faults: [String] = []

    /// The amount of a payment to create, if the reference is unknown; only used by `pay`.
    private(set) var amount: Amount?

    /// Whether the response waits until each callback is confirmed or its retries are exhausted.
    private(set) var waits = false

    /// Parses a body.
    ///
    /// - Throws: ``ControlError`` with status 400.
    init(_ body: [UInt8]) throws(ControlError) {
        guard !body.isEmpty else { return }
        let root: JSONValue
        do throws(JSONError) {
            root = try JSONDocument(body).root
        } catch {
            throw ControlError(400, error.description)
        }
        guard root.kind == .object else { throw ControlError(400, "expected a JSON object") }
        for (name, value) in root.members { try read(name, value) }
    }

    /// Adds the faults of this call to `plan`.
    ///
    /// - Throws: ``ControlError`` with status 400 for an unknown fault or an invalid value.
    func plan(on plan: FaultPlan) throws(ControlError) -> FaultPlan {
        var plan = plan
        do throws(FaultError) {
            for fault in faults { try plan.add(fault) }
        } catch {
            throw ControlError(400, error.description)
        }
        return plan
    }

    private mutating func read(_ name: String, _ value: JSONValue) throws(ControlError) {
        switch name {
        case "faults":
            let texts = value.elements.compactMap(\.string)
            guard value.kind == .array, texts.count == value.elements.count else {
                throw ControlError(400, "faults: expected an array of strings")
            }
            faults = texts
        case "amount":
            guard let amount = value.string.flatMap({ Amount(text: $0.utf8.span) }) else {
                throw ControlError(400, "amount: expected a string such as \"10000.00\"")
            }
            self.amount = amount
        case "wait":
            guard let waits = value.bool else {
                throw ControlError(400, "wait: expected true or false")
            }
            self.waits = waits
        default:
            throw ControlError(400, "unknown member, expected faults, amount or wait")
        }
    }
}

/// Why the control API rejects a request.
private struct ControlError: Error, CustomStringConvertible {
    /// The HTTP status of the response.
    let status: Int
    /// The `error` member of the response.
    let description: String

    init(_ status: Int, _ description: String) {
        self.status = status
        self.description = description
    }
}
