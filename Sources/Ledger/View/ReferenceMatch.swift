package import Payments

/// How the two references of a callback match the stored transactions.
package enum ReferenceMatch: Equatable, Sendable {
    /// Exactly one order of the pair matches this transaction.
    case known(Payment, ReferenceOrder)
    /// No transaction carries either reference.
    case unknown
    /// A transaction carries one of the references, but not together with the other one.
    case contradiction(Payment)

    /// Matches `pair` against every transaction that carries one of its references.
    ///
    /// An order matches when its merchant reference is a transaction's, and that transaction's
    /// gateway reference is the other value or not known yet. Exactly one order must match: with
    /// two, the callback could be about either of two payments, and with none, it contradicts what
    /// is stored. In both cases only a query may decide (article Gateway).
    package init(
        _ pair: ReferencePair,
        among candidates: [Payment],
        roles: LedgerPolicy.ReferenceRoles
    ) {
        var matches: [(Payment, ReferenceOrder)] = []
        for order in candidates.isEmpty ? [] : roles.order.map({ [$0] }) ?? ReferenceOrder.allCases
        {
            let merchant = order.merchant(of: pair)
            let gateway = order.gateway(of: pair)
            // An order is impossible if its gateway reference belongs to another transaction.
            let belongsToOther = candidates.contains {
                $0.referenceNo == gateway && $0.partnerReferenceNo != merchant
            }
            for candidate in candidates where candidate.partnerReferenceNo == merchant {
                let fits = candidate.referenceNo.map { $0 == gateway } ?? !belongsToOther
                if fits { matches.append((candidate, order)) }
            }
        }
        // Both orders of two equal references are the same match.
        let isSymmetric = pair.originalPartnerReferenceNo == pair.originalReferenceNo
        if let (payment, order) = matches.first, matches.count == 1 || isSymmetric {
            self = .known(payment, order)
        } else if let candidate = matches.first?.0 ?? candidates.first {
            self = .contradiction(candidate)
        } else {
            self = .unknown
        }
    }
}
