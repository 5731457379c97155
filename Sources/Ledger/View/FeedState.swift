package import Payments

/// The result of one payment's transitions, applied in the order of the feed.
package struct FeedState: Equatable, Sendable {
    /// The status after the last transition; nil while there is none.
    package var status: TransactionStatus?

    /// The sequence number of the last transition, 0 while there is none.
    package var lastSequence: Int64 = 0

    /// The amount of the last transition to success; a refund does not change it.
    package var paidAmount: Amount?

    /// The amount of the last transition to refunded; a success does not change it.
    package var refundedAmount: Amount?

    package init() {}

    /// Applies the next transition.
    mutating func add(_ sequence: Int64, to status: TransactionStatus, amount: Amount?) {
        self.status = status
        lastSequence = sequence
        switch status {
        case .success: paidAmount = amount
        case .refunded: refundedAmount = amount
        case .created, .pending, .cancelled, .failed: break
        }
    }
}

extension Payment {
    /// The part of the payment that its transitions determine.
    ///
    /// The statuses `created` and nil exist without a transition.
    package var feedState: FeedState {
        get {
            var state = FeedState()
            state.status = status
            state.lastSequence = lastSequence
            state.paidAmount = paidAmount
            state.refundedAmount = refundedAmount
            return state
        }
        set {
            status = newValue.status
            lastSequence = newValue.lastSequence
            paidAmount = newValue.paidAmount
            refundedAmount = newValue.refundedAmount
        }
    }
}

/// Checks that a stored payment agrees with its transitions.
///
/// Payments and feed are stored separately; a payment that disagrees shows a damaged or edited
/// database. The check of a database or backup reports it.
package struct TransitionFold: Sendable {
    /// The columns of a transition that are compared.
    package struct Step: Sendable {
        package let sequence: Int64
        package let from: TransactionStatus?
        package let to: TransactionStatus
        package let amount: Amount?

        /// The sequence number of the payment's previous transition; nil for its first.
        package let previousSequence: Int64?

        package init(
            _ sequence: Int64,
            from: TransactionStatus?,
            to status: TransactionStatus,
            amount: Amount?,
            previousSequence: Int64?
        ) {
            self.sequence = sequence
            self.from = from
            to = status
            self.amount = amount
            self.previousSequence = previousSequence
        }
    }

    private let oldest: Int64
    private var state = FeedState()
    private var hasSuccess = false
    private var hasRefund = false
    private var chainProblem: String?

    /// Whether the payment's first transitions were pruned.
    private var isCut = false

    /// - Parameter oldest: the sequence number of the oldest transition that is still stored.
    package init(oldest: Int64) { self.oldest = oldest }

    /// Adds the payment's next transition; only the first break in the chain is reported.
    package mutating func add(_ step: Step) {
        if state.lastSequence == 0, let previous = step.previousSequence, previous < oldest {
            isCut = true
        } else if chainProblem == nil {
            chainProblem = problem(of: step)
        }
        state.add(step.sequence, to: step.to, amount: step.amount)
        if step.to == .success { hasSuccess = true }
        if step.to == .refunded { hasRefund = true }
    }

    private func problem(of step: Step) -> String? {
        let last = state.lastSequence
        guard step.previousSequence ?? 0 == last else {
            return "transition \(step.sequence) follows \(step.previousSequence ?? 0) instead of "
                + "\(last)"
        }
        // A generated payment has the status `created` before its first transition.
        let isStart = last == 0 && (step.from == nil || step.from == .created)
        guard isStart || step.from == state.status else {
            return "transition \(step.sequence) is from \(Self.word(step.from)) instead of "
                + Self.word(state.status)
        }
        return nil
    }

    /// The differences between the stored payment and its transitions; empty when they agree.
    package func problems(of stored: FeedState) -> [String] {
        var problems = [chainProblem].compactMap(\.self)
        if state.lastSequence == 0 {
            // All of its transitions may have been pruned.
            if stored.lastSequence > 0, stored.lastSequence < oldest { return problems }
            if stored.lastSequence > 0 {
                problems.append("lastSequence is \(stored.lastSequence), there is no transition")
            } else if stored.status != nil, stored.status != .created {
                problems.append("status is \(Self.word(stored.status)) without a transition")
            }
        } else {
            if stored.status != state.status {
                problems.append(
                    "status is \(Self.word(stored.status)) instead of \(Self.word(state.status))"
                )
            }
            if stored.lastSequence != state.lastSequence {
                problems.append(
                    "lastSequence is \(stored.lastSequence) instead of \(state.lastSequence)"
                )
            }
        }
        // A pruned transition may have set an amount that no later one replaced.
        if hasSuccess || !isCut {
            problems += Self.problem("paidAmount", stored.paidAmount, state.paidAmount)
        }
        if hasRefund || !isCut {
            problems += Self.problem("refundedAmount", stored.refundedAmount, state.refundedAmount)
        }
        return problems
    }

    private static func problem(_ name: String, _ stored: Amount?, _ folded: Amount?) -> [String] {
        if stored == folded { return [] }
        let words = [stored, folded].map { $0.map { "\($0)" } ?? "none" }
        return ["\(name) is \(words[0]) instead of \(words[1])"]
    }

    private static func word(_ status: TransactionStatus?) -> String { status?.word ?? "none" }
}
