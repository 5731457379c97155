package import Payments

/// A stored callback, as far as its explanation needs it.
package struct SearchedCallback: Equatable, Sendable {
    /// Why a signature does not verify.
    package enum SignatureProblem: Equatable, Sendable {
        /// None of the keys made it.
        case otherKey
        /// It verifies after a change, which is described.
        case change(String)
        /// It covers other bytes.
        case otherContent
        /// It is none.
        case unusable
        /// No key of the gateway is configured.
        case noKeys
        /// It verifies now.
        case verifies
    }

    package let id: Int64

    /// When its first delivery was received, in milliseconds since the epoch.
    package let receivedMilliseconds: Int64
    package var outcome: CallbackOutcome

    /// The code of the response, if a check before the status table failed.
    package var code: String?

    /// The message of that response.
    package var problem: String?

    /// Nil unless it was diagnosed.
    package var signature: SignatureProblem?
    package var client = ""
    package var deliveries: Int64 = 1

    /// The payment that it is about, if that is certain.
    package var partnerReferenceNo: String?
    package var amounts: [Amount] = []
    package var references: [String] = []
    package var body: [UInt8] = []

    package init(id: Int64, receivedMilliseconds: Int64, outcome: CallbackOutcome) {
        self.id = id
        self.receivedMilliseconds = receivedMilliseconds
        self.outcome = outcome
    }

    /// Whether the explanation of its payment covers it.
    package var isCoveredByPayment: Bool {
        switch outcome {
        case .applied, .duplicate, .replayed, .ignored: partnerReferenceNo != nil
        case .awaitingQuery, .conflict, .invalid, .mismatch, .stale, .refused: false
        }
    }
}

extension SearchedCallback: SearchSubject {
    package var times: [Int64] { [receivedMilliseconds] }
    package var bodies: [[UInt8]] { [body] }
}

/// Callbacks with the same outcome for the same reason, which are explained together.
package struct CallbackGroup: Equatable, Sendable {
    /// The one that fits best.
    package var callback: SearchedCallback
    package let score: Int

    /// How many deliveries there are besides the first one of ``callback``.
    package private(set) var othersCount: Int64

    /// When the earliest other one was received, in milliseconds since the epoch.
    package private(set) var othersSince: Int64?

    /// What callbacks of one group have in common.
    private struct Key: Hashable {
        let outcome: CallbackOutcome
        let code: String?
        let problem: String?
        let partnerReferenceNo: String?
    }

    /// Groups the callbacks that fit; the best group is first.
    package static func all(
        _ callbacks: [SearchedCallback],
        _ criteria: SearchCriteria
    ) -> [CallbackGroup] {
        let rated = callbacks.compactMap { callback in
            criteria.score(callback).map { (callback: callback, score: $0) }
        }
        let groups = Dictionary(grouping: rated) { entry in
            Key(
                outcome: entry.callback.outcome,
                code: entry.callback.code,
                problem: entry.callback.problem,
                partnerReferenceNo: entry.callback.partnerReferenceNo
            )
        }
        return groups.values.compactMap { entries in
            let sorted = entries.sorted {
                ($0.score, $0.callback.id) > ($1.score, $1.callback.id)
            }
            guard let best = sorted.first else { return nil }
            return CallbackGroup(
                callback: best.callback,
                score: best.score,
                othersCount: sorted.reduce(-1) { $0 + $1.callback.deliveries },
                othersSince: sorted.dropFirst().map(\.callback.receivedMilliseconds).min()
            )
        }.sorted { ($0.score, $0.callback.id) > ($1.score, $1.callback.id) }
    }
}
