package import Payments

extension Ledger {
    /// An upper bound of the duration of a generate call, in milliseconds.
    private static let callMillisecondsMax: Int64 = 600_000

    /// Records the intent to generate, or says why this reference cannot be generated.
    ///
    /// At most one call for a reference may succeed: two codes for one order could both be paid. So
    /// a repeat is sent only after a definite rejection, or after the gateway has reported the
    /// reference as not found. The intent is recorded before the call, so that a crash during the
    /// call leaves a payment to query instead of an unknown code.
    ///
    /// - Parameter isConfirmedUnknown: whether a query just reported the reference as not found.
    package mutating func startGeneration(
        _ request: GenerationRequest,
        isConfirmedUnknown: Bool
    ) -> GenerationStart {
        let isOver = request.expiresMilliseconds <= now
        guard let stored = view.confirmed(named: request.partnerReferenceNo) else {
            if isOver { return .refused(.validityOver) }
            var payment = Payment(
                id: assignPaymentID(),
                partnerReferenceNo: request.partnerReferenceNo,
                referenceNo: nil,
                status: .created,
                origin: .generate,
                atMilliseconds: now
            )
            payment.expectedAmount = request.content.amount
            emit(.createPayment(Shared(payment)))
            start(request, of: payment)
            return .started
        }
        guard let generation = view.generations[stored.id] else {
            return .refused(.createdOtherwise)
        }
        let content = GenerationContent(
            amount: stored.expectedAmount ?? request.content.amount,
            feeAmount: generation.feeAmount,
            validity: generation.validity
        )
        switch generation.state {
        case .notAccepted where stored.status == .created: break
        case _ where content != request.content: return .refused(.otherContent)
        case .accepted: return .stored
        // A repeat while an intent is under way: the result of its call could not be recorded.
        case .unknown where stored.status == .created,
            .underWay where stored.status == .created:
            if !isConfirmedUnknown { return .unknown }
        case .codeMissing, .unknown, .notAccepted, .underWay: return .refused(.codeMissing)
        }
        if isOver { return .refused(.validityOver) }
        var renewed = stored
        renewed.expectedAmount = request.content.amount
        renewed.updatedMilliseconds = now
        renewed.unpaidReports = 0
        update(renewed)
        start(request, of: renewed)
        return .started
    }

    /// Records the intent, with an inquiry in case that the result is never recorded.
    private mutating func start(_ request: GenerationRequest, of payment: Payment) {
        emit(.startGeneration(payment.id, request, atMilliseconds: now))
        // If the process ends before the result is recorded, the inquiry decides: the one that a
        // waiting callback already has, or this one, which is due after the call's upper bound.
        if !view.waiting(payment.id).isEmpty, view.inquiries[payment.id] != nil { return }
        var inquiry = firstInquiry(about: payment)
        inquiry.nextMilliseconds = now + Self.callMillisecondsMax
        emit(.scheduleInquiry(inquiry))
    }

    /// An inquiry at the first step of `scheduleSeconds`, with the present as its base.
    private func firstInquiry(about payment: Payment) -> StatusInquiry {
        StatusInquiry(
            paymentID: payment.id,
            phase: .scheduled,
            baseMilliseconds: now,
            step: 0,
            nextMilliseconds: now,
            plannedMilliseconds: now
        )
    }

    /// Records the result of a generate call, and applies the callbacks that waited for it.
    ///
    /// Only a definite rejection leaves nothing to reconcile. After an unknown result the gateway
    /// is queried at once, because the customer may already have a payable code.
    package mutating func finishGeneration(
        _ partnerReferenceNo: Reference,
        _ result: GenerationResult,
        _ call: GatewayCall?
    ) {
        guard let payment = view.confirmed(named: partnerReferenceNo) else { return }
        if let call { emit(.appendGatewayCall(call, payment.id)) }
        switch result {
        case .accepted(let reference, _, _):
            emit(.finishGeneration(payment.id, .accepted, result))
            accept(payment, reference)
        case .codeRefused(let reference, let problem):
            emit(.finishGeneration(payment.id, .codeMissing, result))
            accept(payment, reference)
            raise(.qrRefused, about: payment, cause: "code", "validation failed: \(problem)")
        case .notAccepted:
            emit(.finishGeneration(payment.id, .notAccepted, result))
            // Nothing to reconcile, unless a callback waits for a query, or the gateway has the
            // payment from an earlier call.
            if payment.status == .created, view.waiting(payment.id).isEmpty,
                view.inquiries[payment.id] != nil
            {
                emit(.endInquiry(payment.id))
            }
        case .unknown:
            emit(.finishGeneration(payment.id, .unknown, result))
            planQueries(payment)
        }
    }

    /// Records that the gateway has the payment, under `reference`.
    ///
    /// A known gateway number is not replaced, and one of another payment raises an entry: two
    /// payments with one number cannot be told apart in callbacks.
    private mutating func accept(_ stored: Payment, _ reference: Reference) {
        var payment = stored
        if let known = stored.referenceNo, known != reference {
            // The gateway's referenceNo, once known, never changes (article Statuses).
            let text = "generate returned referenceNo \(reference), but \(known) is stored"
            raise(.referenceMismatch, about: stored, cause: "generate", text)
        }
        let holder = view.confirmed(carrying: [reference]).first {
            $0.referenceNo == reference && $0.id != stored.id
        }
        if stored.referenceNo == nil, let holder {
            let text =
                "generate returned referenceNo \(reference), which belongs to "
                + "\(holder.partnerReferenceNo)"
            raise(.referenceMismatch, about: stored, cause: "generate", text)
        }
        payment.referenceNo = stored.referenceNo ?? reference
        payment.isCorroborated = true
        update(payment)
        mergeUnconfirmed(into: payment)
        // A generate response never lowers a status: a query may have been faster.
        if payment.status == .created {
            var change = StatusChange(to: .pending, .initiated, source: .generate)
            change.amount = payment.expectedAmount
            advance(payment, by: change)
        }
        applyWaiting(payment.id)
    }

    /// Judges again the callbacks that arrived before the generate response, oldest first.
    ///
    /// Their transitions go into the same commit, so that no reader sees a payment as pending whose
    /// success is already stored.
    private mutating func applyWaiting(_ id: Payment.ID) {
        for stored in view.waiting(id) {
            let target = target(of: stored.content.references)
            let verdict = judge(stored, target, externalIDUse: .free, isAgeChecked: false)
            guard verdict.needsQuery else {
                let callback = reapply(verdict, to: stored)
                if let payment = view.payment(id) { release(callback, payment) }
                continue
            }
            // It continues to wait. Contradictions to the response, or to an earlier callback, are
            // new; these two kinds were raised on receipt.
            let raised: [AttentionKind] = [.unconfirmedRefund, .unconfirmedCallback]
            raise(verdict.attention.filter { !raised.contains($0) }, by: stored)
        }
        // As long as callbacks waited, their inquiry took the place of the status' own.
        if let payment = view.payment(id), view.waiting(id).isEmpty { replan(payment) }
    }

    /// Closes the entries about a callback that no longer waits.
    private mutating func release(_ callback: StoredCallback, _ payment: Payment) {
        guard let status = callback.content.fact?.status else { return }
        let resolution = EntryResolution(by: "notify", note: "the callback was applied")
        closeEntries(of: payment, resolvedBy: status, resolution)
    }

    /// Plans queries about a payment whose generate result is unknown: at once, then by the
    /// schedule.
    ///
    /// Without queries the payment goes on the attention list, since a customer may hold its code.
    private mutating func planQueries(_ payment: Payment) {
        guard payment.status == .created else { return }
        if let planned = InquiryPlan(context).timed(firstInquiry(about: payment)) {
            emit(.scheduleInquiry(planned))
            if policy.canQuery { return }
        } else if view.inquiries[payment.id] != nil {
            emit(.endInquiry(payment.id))
        }
        raiseOpenPayment(
            payment,
            cause: "not asked",
            "the result of the generate call is unknown, and no query can be sent"
        )
    }

    /// Plans queries about generate calls that were under way when the process ended.
    package mutating func recoverGenerations(_ ids: [Payment.ID]) {
        for id in ids {
            guard let payment = view.payments[id], view.generations[id]?.state == .underWay else {
                continue
            }
            let failure = GatewayFailure(.failed, "the process ended during the call")
            emit(.finishGeneration(id, .unknown, .unknown(failure)))
            planQueries(payment)
        }
    }
}
