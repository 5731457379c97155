package import Payments

extension Ledger {
    /// Longer than any call lasts, in milliseconds.
    private static let callMillisecondsMax: Int64 = 600_000

    /// Records the intent to generate, or says why this reference cannot be generated.
    ///
    /// - Parameter isConfirmedUnknown: the gateway has just said that it does not know the
    ///   reference.
    package mutating func startGeneration(
        _ request: GenerationRequest,
        isConfirmedUnknown: Bool
    ) -> GenerationStart {
        let isOver = request.expiresMilliseconds <= now
        guard let stored = view.confirmed(named: request.partnerReferenceNo) else {
            if isOver { return .refused(.validityOver) }
            var payment = Payment(
                id: takePaymentID(),
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
            return .refused(.heardOfOtherwise)
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
        // An intent under way that is asked for again: the end of its call could not be recorded.
        case .unknown where stored.status == .created,
            .underWay where stored.status == .created:
            if !isConfirmedUnknown { return .unknown }
        case .codeLost, .unknown, .notAccepted, .underWay: return .refused(.codeLost)
        }
        if isOver { return .refused(.validityOver) }
        var renewed = stored
        renewed.expectedAmount = request.content.amount
        renewed.updatedMilliseconds = now
        renewed.unpaidAnswers = 0
        update(renewed)
        start(request, of: renewed)
        return .started
    }

    private mutating func start(_ request: GenerationRequest, of payment: Payment) {
        emit(.startGeneration(payment.id, request, atMilliseconds: now))
        // Should the program end before the answer is recorded, the gateway is asked all the same:
        // for a callback that waits, or later.
        if !view.waiting(payment.id).isEmpty, view.inquiries[payment.id] != nil { return }
        var inquiry = firstInquiry(about: payment)
        inquiry.nextMilliseconds = now + Self.callMillisecondsMax
        emit(.scheduleInquiry(inquiry))
    }

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

    /// Records how a call to generate ended, with everything that waited for it.
    package mutating func finishGeneration(
        _ partnerReferenceNo: Reference,
        _ result: GenerationResult,
        _ call: GatewayCall?
    ) {
        guard let payment = view.confirmed(named: partnerReferenceNo) else { return }
        if let call { emit(.keepGatewayCall(call, payment.id)) }
        switch result {
        case .accepted(let reference, _, _):
            emit(.finishGeneration(payment.id, .accepted, result))
            accept(payment, reference)
        case .codeRefused(let reference, let problem):
            emit(.finishGeneration(payment.id, .codeLost, result))
            accept(payment, reference)
            raise(.qrRefused, about: payment, cause: "code", "the code was refused: \(problem)")
        case .notAccepted:
            emit(.finishGeneration(payment.id, .notAccepted, result))
            // Nothing to reconcile, unless a callback waits for an answer, or the gateway has it
            // from an earlier call.
            if payment.status == .created, view.waiting(payment.id).isEmpty,
                view.inquiries[payment.id] != nil
            {
                emit(.endInquiry(payment.id))
            }
        case .unknown:
            emit(.finishGeneration(payment.id, .unknown, result))
            askWhetherAccepted(payment)
        }
    }

    /// The gateway has the payment, under this number of its own.
    private mutating func accept(_ stored: Payment, _ reference: Reference) {
        var payment = stored
        if let known = stored.referenceNo, known != reference {
            // "The gateway's referenceNo, once learnt, never changes" (contract, "Words").
            let text = "generate answered referenceNo \(reference), but \(known) is stored"
            raise(.referenceMismatch, about: stored, cause: "generate", text)
        }
        let holder = view.confirmed(carrying: [reference]).first {
            $0.referenceNo == reference && $0.id != stored.id
        }
        if stored.referenceNo == nil, let holder {
            let text =
                "generate answered referenceNo \(reference), which "
                + "\(holder.partnerReferenceNo) has already"
            raise(.referenceMismatch, about: stored, cause: "generate", text)
        }
        payment.referenceNo = stored.referenceNo ?? reference
        payment.isCorroborated = true
        update(payment)
        mergeUnconfirmed(into: payment)
        // "A generate answer never lowers a status": a query may have been faster.
        if payment.status == .created {
            var change = StatusChange(to: .pending, .initiated, source: .generate)
            change.amount = payment.expectedAmount
            advance(payment, by: change)
        }
        applyWaiting(payment.id)
    }

    /// Judges the callbacks again that came before the generate answer, oldest first: what they say
    /// goes into the same commit.
    private mutating func applyWaiting(_ id: Payment.ID) {
        for kept in view.waiting(id) {
            let target = target(of: kept.content.references)
            let verdict = judge(kept, target, externalIDUse: .free, isAgeChecked: false)
            guard verdict.asks else {
                let callback = reapply(verdict, to: kept, keepsOutcome: true)
                if let payment = view.payment(id) { release(callback, payment) }
                continue
            }
            // It goes on waiting. What contradicts the answer, or what came before it, did not when
            // it was received; the rest was raised then.
            let raised: [AttentionKind] = [.unconfirmedRefund, .unconfirmedCallback]
            raise(verdict.attention.filter { !raised.contains($0) }, by: kept)
        }
        // What waited kept the inquiry to itself.
        if let payment = view.payment(id), view.waiting(id).isEmpty { replan(payment) }
    }

    /// Closes what the attention list holds of a callback that waits no more.
    private mutating func release(_ callback: KeptCallback, _ payment: Payment) {
        guard let status = callback.content.fact?.status else { return }
        let resolution = EntryResolution(by: "notify", note: "the callback was applied")
        closeEntries(of: payment, resolvedBy: status, resolution)
    }

    /// The gateway may have the payment: it is asked at once, and by the schedule from then on.
    private mutating func askWhetherAccepted(_ payment: Payment) {
        guard payment.status == .created else { return }
        if let planned = InquiryPlan(context).timed(firstInquiry(about: payment)) {
            emit(.scheduleInquiry(planned))
            if policy.canQuery { return }
        } else if view.inquiries[payment.id] != nil {
            emit(.endInquiry(payment.id))
        }
        holdOpen(
            payment,
            cause: "not asked",
            "it is not known whether the gateway took the payment, and no query is sent"
        )
    }

    /// Asks about calls that were under way when the program ended: their results are not known.
    package mutating func recoverGenerations(_ ids: [Payment.ID]) {
        for id in ids {
            guard let payment = view.payments[id], view.generations[id]?.state == .underWay else {
                continue
            }
            let problem = "the program ended during the call"
            emit(.finishGeneration(id, .unknown, .unknown(problem)))
            askWhetherAccepted(payment)
        }
    }
}
