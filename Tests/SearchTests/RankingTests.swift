import Payments
import Testing

@testable import Search

/// What fits, and what fits best.
struct RankingTests {
    private static func at(_ time: String) -> Int64 { SituationTests.at(time) }

    private func criteria(_ change: (inout SearchCriteria) -> Void) -> SearchCriteria {
        var criteria = SituationTests.criteria
        change(&criteria)
        return criteria
    }

    @Test(arguments: [
        ("13:35:00", true), ("13:34:59", false), ("14:35:00", true), ("14:35:01", false),
    ])
    func `a time fits within the period, both ends included`(time: String, fits: Bool) {
        var callback = SearchedCallback(
            id: 1,
            receivedMilliseconds: Self.at(time),
            outcome: .applied
        )
        callback.amounts = [SituationTests.criteria.amount].compactMap(\.self)
        #expect((SituationTests.criteria.score(callback) != nil) == fits)
    }

    @Test func `another amount does not fit, unless the text does`() {
        let other = SituationTests.callback(.applied) {
            $0.amounts = []
            $0.body = Array("{\"rrn\":\"123456789012\"}".utf8)
            $0.references = ["TRX-1"]
        }
        #expect(SituationTests.criteria.score(other) == nil)
        #expect(criteria { $0.text = "123456789012" }.score(other) == 60)
        #expect(criteria { $0.text = "TRX-1" }.score(other) == 100)
        #expect(criteria { $0.text = "TRX" }.score(other) == nil)
        #expect(criteria { $0.text = "123456789013" }.score(other) == nil)
    }

    @Test func `with a text alone the time selects nothing`() {
        let callback = SituationTests.callback(.applied)
        let text = criteria {
            $0.text = "TRX-9"
            $0.amount = nil
        }
        #expect(text.score(callback) == nil)
        #expect(criteria { $0.amount = nil }.score(callback) != nil)
    }

    @Test func `the nearer one precedes, and what needs attention precedes what is in order`() {
        let payments = [("TRX-FAR", "14:25:00"), ("TRX-NEAR", "14:05:30")].map { name, time in
            var payment = SearchedPayment(
                partnerReferenceNo: name,
                status: .success,
                createdMilliseconds: Self.at(time)
            )
            payment.amount = SituationTests.criteria.amount
            return payment
        }
        let results = SearchResult.ranked(
            payments: payments,
            callbacks: CallbackGroup.all(
                [SituationTests.callback(.refused, "4015600")],
                SituationTests.criteria
            ),
            calls: [],
            SituationTests.criteria
        )
        #expect(results.map(\.kind) == [.callback, .payment, .payment])
        #expect(results.map(\.partnerReferenceNo) == [nil, "TRX-NEAR", "TRX-FAR"])
    }

    @Test func `a payment stands for its applied callbacks and its calls`() {
        let criteria = criteria {
            $0.text = "123456789012"
            $0.amount = nil
        }
        let body = Array("{\"rrn\":\"123456789012\"}".utf8)
        let applied = SituationTests.callback(.applied) {
            $0.body = body
            $0.partnerReferenceNo = "TRX-1"
        }
        var call = SearchedCall(
            id: 3,
            service: 51,
            partnerReferenceNo: "TRX-1",
            milliseconds: Self.at("14:06:00"),
            outcome: "2005100 Successful"
        )
        call.bodies = [body]
        let groups = CallbackGroup.all([applied], criteria)
        let known = SearchResult.ranked(
            payments: [SituationTests.payment(.success)],
            callbacks: groups,
            calls: [call],
            criteria
        )
        #expect(known.map(\.kind) == [.payment])
        let unknown = SearchResult.ranked(
            payments: [],
            callbacks: groups,
            calls: [call],
            criteria
        )
        #expect(Set(unknown.map(\.kind)) == [.callback, .call])
        #expect(unknown.allSatisfy { $0.score == 60 })
    }

    @Test func `times of another day have their date`() {
        let time = SearchTime(SituationTests.criteria)
        #expect(time.text(Self.at("23:59:59")) == "23:59:59")
        #expect(time.text(Self.at("23:59:59") + 1_000) == "2026-11-23 00:00:00")
    }
}
