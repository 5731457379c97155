package import Payments

/// Something that a search found, with its explanation.
package struct SearchResult: Equatable, Sendable {
    /// What was found.
    package enum Kind: String, CaseIterable, Sendable {
        case payment
        case callback
        case call
    }

    package let kind: Kind

    /// The id of the callback or gateway call; nil for a payment.
    package let id: Int64?
    package let partnerReferenceNo: String?

    /// When it happened, in milliseconds since the epoch.
    package let milliseconds: Int64
    package let amount: Amount?

    /// What became of it.
    package let sentence: String

    /// What to do about it.
    package let action: String

    /// How many deliveries or calls it stands for.
    package let count: Int64

    /// How well it fits; only the order of scores has a meaning.
    package let score: Int

    /// Explains what fits, best first.
    ///
    /// A payment covers its applied callbacks and its calls: it fits as well as the best of them.
    package static func ranked(
        payments: [SearchedPayment],
        callbacks: [CallbackGroup],
        calls: [SearchedCall],
        _ criteria: SearchCriteria
    ) -> [SearchResult] {
        let references = Set(payments.map(\.partnerReferenceNo))
        let evidence =
            callbacks.map { ($0.callback.partnerReferenceNo, $0.score) }
            + calls.compactMap { call in
                criteria.score(call).map { (Optional(call.partnerReferenceNo), $0) }
            }
        let explained = payments.compactMap { payment -> SearchResult? in
            let related = evidence.filter { $0.0 == payment.partnerReferenceNo }.map(\.1)
            let scores = related + [criteria.score(payment)].compactMap(\.self)
            guard let score = scores.max() else { return nil }
            return SearchResult(payment, score: score, criteria)
        }
        let separate = callbacks.filter { group in
            let isKnown = group.callback.partnerReferenceNo.map(references.contains) ?? false
            return !(group.callback.isCoveredByPayment && isKnown)
        }
        let loose = calls.filter { !references.contains($0.partnerReferenceNo) }
        let results =
            explained + separate.map { SearchResult($0, criteria) }
            + loose.compactMap { call in
                criteria.score(call).map { SearchResult(call, score: $0, criteria) }
            }
        return results.sorted { $0.precedes($1, criteria) }
    }

    /// What is added to the score of what needs attention, so that it precedes equal payments that
    /// are in order.
    static let attentionScore = 15

    /// The order: the better score, then the nearer time, then the kind.
    private func precedes(_ other: SearchResult, _ criteria: SearchCriteria) -> Bool {
        let distances = [self, other].map {
            ($0.milliseconds - criteria.atMilliseconds).magnitude
        }
        let kinds = [self, other].map { Kind.allCases.firstIndex(of: $0.kind) ?? 0 }
        return (other.score, distances[0], kinds[0]) < (score, distances[1], kinds[1])
    }

    /// The sentence of the best result, or what a search without a result has to say.
    ///
    /// - Parameter isCutOff: whether rows of the time range were not read; then a better result may
    ///   be among them.
    package static func summary(
        of results: [SearchResult],
        _ criteria: SearchCriteria,
        isCutOff: Bool
    ) -> String {
        guard let best = results.first else { return nothing(criteria, isCutOff: isCutOff) }
        return best.sentence + (isCutOff ? partOfTime : "")
    }

    private static let partOfTime = " Only a part of that time was searched: choose a shorter one."

    /// What a search without a result has to say.
    ///
    /// - Parameter isCutOff: whether rows of the time range were not read.
    static func nothing(_ criteria: SearchCriteria, isCutOff: Bool = false) -> String {
        let time = SearchTime(criteria)
        let range =
            "between \(time.text(criteria.fromMilliseconds)) and "
            + time.text(criteria.toMilliseconds - 1)
        let limits = isCutOff ? partOfTime : ""
        guard let text = criteria.text else {
            return "Nothing is stored \(range) that fits.\(limits)"
        }
        guard !isCutOff else {
            return "No payment or authentic callback has the reference \(text), and nothing that "
                + "was read \(range) contains it.\(limits)"
        }
        return "\(text) was never generated here: no payment, callback or gateway call has this "
            + "reference, and no stored body \(range) contains it."
    }
}
