import HTTPServer
import Payments
import Snap
import Text

// What a test or a developer asks for.
extension Gateway {
    /// How long a payment made by ``pay(_:_:)`` would have been payable.
    private static let validityMilliseconds: Int64 = 900_000

    /// Answers a request of the route's.
    func answer(_ route: GatewayRoute.Control, to request: Request) async -> GatewayAnswer {
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

    private func list() -> GatewayAnswer {
        var text = JSONObjectText()
        text.add("transactions", allPayments.map(\.text))
        return .control(200, text)
    }

    private func known(_ reference: Reference) throws(ControlError) -> SimulatedPayment {
        guard let payment = payment(reference) else { throw ControlError(404, "no such payment") }
        return payment
    }

    /// The customer pays. With an amount, also a payment that nobody has generated.
    private func pay(
        _ reference: Reference,
        _ request: ControlRequest
    ) async throws(ControlError) -> GatewayAnswer {
        if payment(reference) == nil, let amount = request.amount {
            try makeUnknown(reference, amount)
        }
        let plan = try request.plan(on: try known(reference).plan)
        try requireRoom(reference)
        let now = now()
        update(reference) {
            $0.pay(at: now)
            $0.plan.queryAnswer = plan.queryAnswer
        }
        let statuses: [LatestTransactionStatus] =
            plan.cancelsFirst ? [.cancelled, .success] : [.success]
        return try await callBack(reference, statuses, plan, request)
    }

    private func cancel(
        _ reference: Reference,
        _ request: ControlRequest
    ) async throws(ControlError) -> GatewayAnswer {
        let plan = try request.plan(on: try known(reference).plan)
        try requireRoom(reference)
        let now = now()
        var isCancelled = false
        update(reference) {
            isCancelled = $0.cancel(at: now)
            $0.plan.queryAnswer = plan.queryAnswer
        }
        guard isCancelled else { throw ControlError(409, "the payment has been paid") }
        return try await callBack(reference, [.cancelled], plan, request)
    }

    private func requireRoom(_ reference: Reference) throws(ControlError) {
        guard try known(reference).callbacks.count < Self.callbacksMax, !isStopped else {
            throw ControlError(503, "no more callbacks about this payment")
        }
    }

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
            throw ControlError(503, "no more payments")
        }
    }

    private func callBack(
        _ reference: Reference,
        _ statuses: [LatestTransactionStatus],
        _ plan: FaultPlan,
        _ request: ControlRequest
    ) async throws(ControlError) -> GatewayAnswer {
        let delivery = callBack(reference, statuses, plan)
        // One that is held back ends only after a later one.
        let isHeld = plan.isReordered && statuses.count == 1
        if request.waits && !isHeld { await delivery.value }
        return .control(request.waits && !isHeld ? 200 : 202, try known(reference).text)
    }
}

extension GatewayAnswer {
    fileprivate static func control(_ status: Int, _ text: JSONObjectText) -> GatewayAnswer {
        GatewayAnswer(status: status, body: text.bytes)
    }
}
