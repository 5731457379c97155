import Payments
import Testing
import Text

@testable import Search

/// What a search says of the situations behind "I paid 25,000 at 14:05".
struct SituationTests {
    /// What is stored in one situation, and the sentence about it.
    struct Situation: CustomTestStringConvertible, Sendable {
        let name: String
        let sentence: String
        var payments: [SearchedPayment] = []
        var callbacks: [SearchedCallback] = []
        var testDescription: String { name }
    }

    /// A time of 2026-11-22 in Jakarta.
    static func at(_ time: String) -> Int64 {
        let text = "2026-11-22T\(time)+07:00"
        return Timestamp(rfc3339: Array(text.utf8).span)?.milliseconds ?? 0
    }

    static let criteria = SearchCriteria(
        amount: Amount(sen: 2_500_000),
        atMilliseconds: at("14:05:00"),
        withinMilliseconds: 1_800_000
    )

    /// A payment that was generated at 14:03:40.
    static func payment(
        _ status: TransactionStatus,
        _ change: (inout SearchedPayment) -> Void = { _ in }
    ) -> SearchedPayment {
        var payment = SearchedPayment(
            partnerReferenceNo: "TRX-1",
            status: status,
            createdMilliseconds: at("14:03:40")
        )
        payment.amount = criteria.amount
        payment.expiresMilliseconds = at("14:18:40")
        if status == .success || status == .refunded {
            payment.paidMilliseconds = at("14:05:10")
            payment.paidAmount = criteria.amount
        }
        change(&payment)
        return payment
    }

    static func step(
        _ from: TransactionStatus?,
        _ to: TransactionStatus,
        _ source: TransitionSource,
        _ time: String
    ) -> SearchedPayment.Step {
        SearchedPayment.Step(from: from, to: to, source: source, milliseconds: at(time))
    }

    /// A callback of 14:05:11.
    static func callback(
        _ outcome: CallbackOutcome,
        _ code: String? = nil,
        _ change: (inout SearchedCallback) -> Void = { _ in }
    ) -> SearchedCallback {
        var callback = SearchedCallback(
            id: 17,
            receivedMilliseconds: at("14:05:11"),
            outcome: outcome
        )
        callback.code = code
        callback.client = "203.0.113.7"
        callback.amounts = [criteria.amount].compactMap(\.self)
        change(&callback)
        return callback
    }

    static let situations: [Situation] = [
        Situation(
            name: "never generated",
            sentence: "Nothing is stored between 13:35:00 and 14:35:00 that fits."
        ),
        Situation(
            name: "generated, not paid",
            sentence: "Generated at 14:03:40 and not paid: no callback has arrived. The "
                + "validity of its code ends at 14:18:40.",
            payments: [payment(.pending)]
        ),
        Situation(
            name: "paid, callback lost",
            sentence: "Paid at 14:05:10, but no callback arrived: a query found the payment at "
                + "14:10:00.",
            payments: [
                payment(.success) { $0.steps = [step(.pending, .success, .query, "14:10:00")] }
            ]
        ),
        Situation(
            name: "refused for its key",
            sentence: "Callback came at 14:05:11 and was refused: signature of another key.",
            callbacks: [callback(.refused, "4015600") { $0.signature = .otherKey }]
        ),
        Situation(
            name: "refused for its path",
            sentence: "Callback came at 14:05:11 and was refused: its path is not that of "
                + "notify.publicURL.",
            callbacks: [callback(.refused, "4045600")]
        ),
        Situation(
            name: "refused for its address",
            sentence: "Callback came at 14:05:11 and was refused: address 203.0.113.7 is not in "
                + "notify.allowedAddresses.",
            callbacks: [callback(.refused, "4035601")]
        ),
        Situation(
            name: "refused for its amount",
            sentence: "Callback came at 14:05:11 and was refused: its amount 25000.00 is not that "
                + "of the payment.",
            callbacks: [callback(.mismatch)]
        ),
        Situation(
            name: "unproven",
            sentence: "Callback came at 14:05:11 and is unproven: a query to the gateway must "
                + "confirm it.",
            callbacks: [callback(.awaitingQuery)]
        ),
        Situation(
            name: "unknown to the gateway",
            sentence:
                "The gateway does not know this payment: a query at 14:06:00 did not find it.",
            payments: [
                payment(.pending) {
                    $0.lastQuery = LastQuery(
                        milliseconds: at("14:06:00"),
                        responseCode: "4045101",
                        status: nil
                    )
                }
            ]
        ),
        Situation(
            name: "refunded",
            sentence: "Paid at 14:05:10, and refunded (25000.00); recorded at 14:20:00.",
            payments: [
                payment(.refunded) {
                    $0.refundedAmount = criteria.amount
                    $0.steps = [step(.success, .refunded, .query, "14:20:00")]
                }
            ]
        ),
        Situation(
            name: "paid twice",
            sentence: "Paid at 14:05:10, and the gateway reports another payment of the same code: "
                + "it may be paid twice.",
            payments: [
                payment(.success) {
                    $0.attention = [AttentionKind.possibleSecondPayment.rawValue]
                }
            ]
        ),
        Situation(
            name: "late",
            sentence: "Paid at 14:05:10, late: it was cancelled before, and the change was "
                + "recorded at 14:30:00.",
            payments: [
                payment(.success) { $0.steps = [step(.cancelled, .success, .notify, "14:30:00")] }
            ]
        ),
    ]

    @Test(arguments: situations)
    func `each of twelve situations has its sentence`(situation: Situation) {
        let results = SearchResult.ranked(
            payments: situation.payments,
            callbacks: CallbackGroup.all(situation.callbacks, Self.criteria),
            calls: [],
            Self.criteria
        )
        let sentences = results.map(\.sentence)
        let expected = [situation.sentence]
        #expect((sentences.isEmpty ? [SearchResult.nothing(Self.criteria)] : sentences) == expected)
        #expect(results.allSatisfy { !$0.action.isEmpty })
    }

    @Test func `there are twelve situations, and no two have the same sentence`() {
        #expect(Self.situations.count == 12)
        #expect(Set(Self.situations.map(\.sentence)).count == 12)
    }

    @Test func `a reference without a payment was never generated`() {
        var criteria = Self.criteria
        criteria.text = "TRX-9"
        #expect(
            SearchResult.nothing(criteria)
                == "TRX-9 was never generated here: no payment, callback or gateway call has this "
                + "reference, and no stored body between 13:35:00 and 14:35:00 contains it."
        )
    }

    @Test func `what was only searched in part is not said to be absent`() {
        var criteria = Self.criteria
        let part = " Only a part of that time was searched: choose a shorter one."
        #expect(
            SearchResult.nothing(criteria, isCutOff: true)
                == "Nothing is stored between 13:35:00 and 14:35:00 that fits." + part
        )
        criteria.text = "TRX-9"
        #expect(
            SearchResult.nothing(criteria, isCutOff: true)
                == "No payment or authentic callback has the reference TRX-9, and nothing that was "
                + "read between 13:35:00 and 14:35:00 contains it." + part
        )
    }

    @Test func `a result of a search in part says so, because a better one may be missing`() {
        let results = SearchResult.ranked(
            payments: [Self.payment(.pending)],
            callbacks: [],
            calls: [],
            Self.criteria
        )
        let sentence = results[0].sentence
        #expect(SearchResult.summary(of: results, Self.criteria, isCutOff: false) == sentence)
        #expect(
            SearchResult.summary(of: results, Self.criteria, isCutOff: true)
                == sentence + " Only a part of that time was searched: choose a shorter one."
        )
        let none = SearchResult.summary(of: [], Self.criteria, isCutOff: true)
        #expect(none == SearchResult.nothing(Self.criteria, isCutOff: true))
    }

    @Test func `refused callbacks of one kind are one result`() {
        let others = (1...15).map { id in
            var other = SearchedCallback(
                id: Int64(id),
                receivedMilliseconds: Self.at("13:58:02") + Int64(id - 1) * 1_000,
                outcome: .refused
            )
            other.code = "4015600"
            other.amounts = [Self.criteria.amount].compactMap(\.self)
            return other
        }
        let refused = Self.callback(.refused, "4015600")
        var groups = CallbackGroup.all(others + [refused], Self.criteria)
        #expect(groups.count == 1)
        groups[0].callback.signature = .otherKey
        let results = SearchResult.ranked(
            payments: [],
            callbacks: groups,
            calls: [],
            Self.criteria
        )
        #expect(results.map(\.count) == [16])
        #expect(
            results.map(\.sentence) == [
                "Callback came at 14:05:11 and was refused: signature of another key. 15 more "
                    + "since 13:58:02."
            ]
        )
    }
}
