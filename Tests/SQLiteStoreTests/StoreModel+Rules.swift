import Ledger
import Payments

/// What the model says of one callback.
extension StoreModel {
    enum Use {
        case free, same
        /// Nil where it is not known any more what the owner says.
        case other(TestDelivery?)
    }

    enum Effect {
        case nothing, learnTime
        case advance(TransactionStatus), create(TransactionStatus)
    }

    struct Verdict {
        var response = CallbackResponse.successful
        var outcome: CallbackOutcome
        var kinds: [AttentionKind] = []
        var effect = Effect.nothing
        var asks = false

        static func awaiting(_ kinds: [AttentionKind] = []) -> Verdict {
            Verdict(outcome: .awaitingQuery, kinds: kinds, asks: true)
        }

        var isQuiet: Bool {
            kinds.isEmpty && [.applied, .duplicate, .replayed, .ignored].contains(outcome)
        }
    }

    func judge(_ says: TestDelivery, _ use: Use, checksAge: Bool = true) -> Verdict {
        let index = fitting(says)
        let stands = index.map { payments[$0].written.contains(Said(says)) } ?? false
        let isResolvedByQuery = index.map { payments[$0].answered.contains(Said(says)) } ?? false
        // Row 6.
        if checksAge, abs(says.received - signed(says)) > 300_000, !stands {
            return Verdict(outcome: .stale, asks: true)
        }
        // Row 10.
        var isFlagged = false
        if case .other(let other) = use, !stands, !isResolvedByQuery {
            let kinds: [AttentionKind] = [.externalIDConflict]
            if rejectsConflicts {
                return Verdict(response: .conflict, outcome: .conflict, kinds: kinds, asks: true)
            }
            isFlagged = other.map { pair($0) != pair(says) || $0.sen != says.sen } ?? true
        }
        var verdict: Verdict
        if let index {
            verdict = known(says, payments[index], stands: stands)
        } else {
            verdict = isNear(says) ? .awaiting([.referenceMismatch]) : unknown(says)
        }
        if case .other = use, !stands, isFlagged || !verdict.isQuiet {
            verdict.kinds.append(.externalIDConflict)
        }
        if case .same = use, verdict.outcome == .replayed { verdict.outcome = .duplicate }
        return verdict
    }

    private func unknown(_ says: TestDelivery) -> Verdict {
        if rejectsUnknown {
            var verdict = Verdict.awaiting([.unknownTransaction])
            verdict.response = .transactionNotFound
            return verdict
        }
        if says.status == .notFound { return Verdict(outcome: .ignored) }
        if says.status == .refunded { return .awaiting([.unconfirmedRefund]) }
        guard confirms == .never, let to = Self.outcome(of: says.status) else { return .awaiting() }
        return Verdict(outcome: .applied, effect: .create(to))
    }

    static func outcome(of status: LatestTransactionStatus) -> TransactionStatus? {
        switch status {
        case .success: .success
        case .refunded: .refunded
        case .cancelled: .cancelled
        case .failed: .failed
        case .initiated, .paying, .pending: .pending
        case .notFound: nil
        }
    }

    private func known(_ says: TestDelivery, _ payment: Payment, stands: Bool) -> Verdict {
        let isMismatch = !stands && isMismatch(says, payment)
        let kinds: [AttentionKind] = [.amountMismatch]
        if isMismatch, rejectsMismatches {
            return Verdict(response: .invalidAmount, outcome: .mismatch, kinds: kinds)
        }
        var verdict = table(says, payment, stands: stands)
        if isMismatch { verdict.kinds += kinds }
        return verdict
    }

    private func isMismatch(_ says: TestDelivery, _ payment: Payment) -> Bool {
        switch (says.status, payment.status) {
        case (.success, .success), (.success, .refunded): false
        case (.success, _): says.sen != payment.sen
        case (.refunded, _): says.sen != payment.paidSen ?? payment.sen
        default: false
        }
    }

    /// The status table for callbacks, a row for each case.
    private func table(_ says: TestDelivery, _ payment: Payment, stands: Bool) -> Verdict {
        switch (payment.status, says.status) {
        case (_, .notFound): return Verdict(outcome: .ignored)
        case (.success, .success):
            if !stands, says.sen != payment.paidSen {
                return Verdict(outcome: .replayed, kinds: [.possibleSecondPayment])
            }
            let effect = payment.hasTime ? Effect.nothing : .learnTime
            return Verdict(outcome: .replayed, effect: effect)
        case (.refunded, .success):
            if payment.hasTime { return Verdict(outcome: .ignored) }
            if stands { return Verdict(outcome: .ignored, effect: .learnTime) }
            return Verdict(outcome: .ignored, kinds: [.paymentAfterRefund])
        case (.cancelled, .cancelled), (.failed, .failed), (.refunded, .refunded):
            return Verdict(outcome: .replayed)
        case (_, .refunded): return .awaiting([.unconfirmedRefund])
        case (.cancelled, .success), (.failed, .success): return .awaiting([.lateSuccess])
        case (.success, .cancelled), (.success, .failed):
            return Verdict(outcome: .ignored, kinds: [.contradictsSuccess])
        case (.pending, _):
            let isNew = !payment.written.contains { $0.status == says.status }
            guard let to = Self.outcome(of: says.status), to != .pending || isNew else {
                return Verdict(outcome: .ignored)
            }
            if waits(says, payment) { return .awaiting() }
            return Verdict(outcome: .applied, effect: .advance(to))
        default: return Verdict(outcome: .ignored)
        }
    }

    private func waits(_ says: TestDelivery, _ payment: Payment) -> Bool {
        switch confirms {
        case .never: false
        case .unproven: !payment.isProven
        case .always: !payment.isProven || says.status == .success
        }
    }

    // MARK: Attention

    mutating func raise(_ kind: AttentionKind, _ pair: Set<String>, _ fact: Said) {
        guard let index = open.firstIndex(where: { $0.pair == pair && $0.kind == kind }) else {
            open.append(Entry(pair: pair, kind: kind, facts: [fact]))
            return
        }
        if open[index].facts.count < 10, !open[index].facts.contains(fact) {
            open[index].facts.append(fact)
        }
    }

    private func isClosed(_ entry: Entry, by status: LatestTransactionStatus) -> Bool {
        if entry.kind == .ownPaymentUnknown { return status != .notFound }
        let kinds: [AttentionKind] = [
            .externalIDConflict, .unknownTransaction, .staleCallback, .lateSuccess,
            .unconfirmedRefund,
        ]
        return kinds.contains(entry.kind)
    }

    /// Closes what a status resolves, but for facts that still wait.
    mutating func close(_ pair: Set<String>, by status: LatestTransactionStatus) {
        let facts = Set(waiting(pair).map { Said(kept[$0].says) })
        open = open.filter { entry in
            entry.pair != pair || !isClosed(entry, by: status)
                || entry.facts.contains { facts.contains($0) }
        }
    }

    /// Ends the wait of what stands now, and closes the entries about that alone.
    mutating func release(_ index: Int, by status: LatestTransactionStatus) {
        let payment = payments[index]
        let released = waiting(pair(payment)).filter {
            payment.written.contains(Said(kept[$0].says))
        }
        for index in released { kept[index].isWaiting = false }
        let facts = Set(released.map { Said(kept[$0].says) })
        open = open.filter { entry in
            entry.pair != pair(payment) || !isClosed(entry, by: status)
                || !entry.facts.contains { facts.contains($0) }
                || !entry.facts.allSatisfy { payment.written.contains($0) }
        }
    }
}
