package import Payments

/// What the two references of a callback say about the stored transactions.
package enum ReferenceMatch: Equatable, Sendable {
    /// Exactly one order of the pair matches this transaction.
    case known(Payment, ReferenceOrder)
    /// Neither reference is known.
    case unknown
    /// The pair contradicts what is known: a reference is known, but not with the other one.
    case contradiction(Payment)

    /// Matches `pair` against every transaction that carries one of its references.
    ///
    /// An order matches when its merchant reference is a transaction's, and that transaction's
    /// gateway reference is the other value or not known yet (contract section 4, "References").
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
            // A gateway reference that is another transaction's speaks against this order.
            let isTaken = candidates.contains {
                $0.referenceNo == gateway && $0.partnerReferenceNo != merchant
            }
            for candidate in candidates where candidate.partnerReferenceNo == merchant {
                let fits = candidate.referenceNo.map { $0 == gateway } ?? !isTaken
                if fits { matches.append((candidate, order)) }
            }
        }
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
