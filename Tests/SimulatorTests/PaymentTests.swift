import CashIn
import HTTPServer
import Payments
import Snap
import Testing

@testable import Simulator
import Text

struct PaymentTests {
    @Test func `a payment is generated, paid, called back and found`() async throws {
        try await Scene.with { scene in
            guard case .accepted(let referenceNo, _, let warnings) = try await scene.generate("T-1")
            else {
                Issue.record("not accepted")
                return
            }
            #expect(warnings == [])
            guard case .found(let open) = try await scene.query("T-1") else {
                Issue.record("not found")
                return
            }
            #expect(open.status == .pending)
            #expect(open.paidTime == nil)

            let paid = try await scene.pay("T-1")
            #expect(paid["latestTransactionStatus"]?.string == "00")
            let callback = try #require(scene.merchant.callbacks.first)
            #expect(scene.merchant.callbacks.count == 1)
            #expect(try scene.isAuthentic(callback))
            #expect(callback.field("X-PARTNER-ID") == "CID1234567890")
            #expect(callback.field("X-EXTERNAL-ID").utf8.count == 36)
            let notification = try Notification(callback.body)
            #expect(notification.fact.status == .success)
            #expect(notification.fact.amount?.sen == 1_000_000)
            #expect(notification.fact.pair.originalReferenceNo.text == "T-1")
            #expect(notification.fact.pair.originalPartnerReferenceNo == referenceNo)

            guard case .found(let found) = try await scene.query("T-1") else {
                Issue.record("not found")
                return
            }
            #expect(found.status == .success)
            #expect(found.originalReferenceNo == referenceNo)
            #expect(found.amount?.sen == 1_000_000)
            #expect(found.paidTime == JakartaTime.text(milliseconds: Scene.now))
        }
    }

    @Test func `what is unknown is not found, as a code or as a status`() async throws {
        try await Scene.with { scene in
            guard case .notFound(let code, _) = try await scene.query("T-0") else {
                Issue.record("found")
                return
            }
            #expect(code.description == "4045101")
            try await scene.control("faults", #"{"faults":["not-found=status"]}"#)
            guard case .notFound(let code, _) = try await scene.query("T-0") else {
                Issue.record("found")
                return
            }
            #expect(code.description == "2005100")
        }
    }

    @Test func `a payment is cancelled once, paid after that, and not the other way round`()
        async throws
    {
        try await Scene.with { scene in
            try await scene.generate("T-1")
            let (status, cancelled) = try await scene.control(
                "transactions/T-1/cancel",
                #"{"wait":true}"#
            )
            #expect(status == 200)
            #expect(cancelled["latestTransactionStatus"]?.string == "05")
            try await scene.pay("T-1")
            #expect(try await scene.control("transactions/T-1/cancel", "").0 == 409)
            let statuses = try scene.merchant.callbacks.map {
                try Notification($0.body).fact.status
            }
            #expect(statuses == [.cancelled, .success])
        }
    }

    @Test func `a payment that nobody generated can be paid`() async throws {
        try await Scene.with { scene in
            #expect(try await scene.control("transactions/other/pay", "").0 == 404)
            let body = #"{"amount":"25000.00","wait":true}"#
            #expect(try await scene.control("transactions/other/pay", body).0 == 200)
            let callback = try #require(scene.merchant.callbacks.first)
            #expect(try Notification(callback.body).fact.amount?.sen == 2_500_000)
        }
    }

    @Test func `a code that was not paid in time is cancelled`() async throws {
        let payment = GenerateIntent(
            partnerReferenceNo: try #require(Reference("T-1")),
            validityPeriod: JakartaTime.text(milliseconds: Scene.now + 1000),
            amount: try #require(Amount(sen: 100)),
            feeAmount: try #require(Amount(sen: 0))
        )
        var simulated = SimulatedPayment(
            payment,
            referenceNo: try #require(Reference("P")),
            externalID: "1",
            validUntilMilliseconds: Scene.now + 1000,
            qrContent: "",
            createdMilliseconds: Scene.now,
            plan: FaultPlan()
        )
        simulated.expire(at: Scene.now + 999)
        #expect(simulated.status == .pending)
        simulated.expire(at: Scene.now + 1000)
        #expect(simulated.status == .cancelled)
        #expect(simulated.finishedMilliseconds == Scene.now + 1000)
    }

    @Test func `the truth is told with every attempt`() async throws {
        let merchant = Merchant(answering: ["5005601"])
        try await Scene.with(merchant: merchant, { $0.retrySeconds = [0] }) { scene in
            try await scene.generate("T-1")
            try await scene.generate("T-2")
            try await scene.pay("T-1")
            let (_, list) = try await scene.control("transactions")
            let payments = try #require(list["transactions"]?.elements)
            #expect(payments.map { $0["partnerReferenceNo"]?.string } == ["T-1", "T-2"])
            let callback = try #require(payments[0]["callbacks"]?.elements.first)
            #expect(callback["confirmed"]?.bool == true)
            let attempts = callback["attempts"]?.elements ?? []
            #expect(attempts.map { $0["responseCode"]?.string } == ["5005601", "2005600"])
            #expect(attempts.map { $0["status"]?.integer } == [500, 200])
            let (status, one) = try await scene.control("transactions/T%2D2")
            #expect(status == 200)
            #expect(one["partnerReferenceNo"]?.string == "T-2")
            #expect(one["finishedTime"]?.kind == .null)
        }
    }

    @Test func `a seed makes runs alike, another one does not`() async throws {
        var runs: [[String]] = []
        for seed: UInt64 in [7, 7, 8] {
            try await Scene.with({ $0.seed = seed }) { scene in
                var run: [String] = []
                for number in 1...3 {
                    try await scene.generate("T-\(number)")
                    let payment = try await scene.pay("T-\(number)")
                    run.append(payment["qrContent"]?.string ?? "")
                }
                runs.append(run + scene.merchant.callbacks.map { $0.field("X-EXTERNAL-ID") })
            }
        }
        #expect(runs[0] == runs[1])
        #expect(Set(runs[0]).count == 6)
        #expect(Set(runs[0]).isDisjoint(with: runs[2]))
    }

    private static let requests: [(path: String, body: String?, status: Int)] = [
        ("transactions", nil, 200), ("transactions", "", 405), ("transactions/T-1/pay", nil, 405),
        ("transactions/T-1", nil, 404), ("transactions/T-1/refund", "", 404), ("x", nil, 404),
        ("transactions/%00", nil, 404), ("faults", "[]", 400), ("faults", "{", 400),
        ("faults", #"{"faults":["no"]}"#, 400), ("faults", #"{"faults":[1]}"#, 400),
        ("faults", #"{"faults":["drop=x"]}"#, 400), ("faults", #"{"other":1}"#, 400),
        ("faults", #"{"amount":10}"#, 400), ("faults", #"{"wait":"no"}"#, 400),
        ("faults", #"{"faults":[]}"#, 200), ("release", "", 200),
    ]

    @Test func `requests to the simulator are checked`() async throws {
        try await Scene.with { scene in
            for (path, body, status) in Self.requests {
                let (answered, _) = try await scene.control(path, body)
                #expect(answered == status, "\(path) \(body ?? "")")
            }
        }
    }
}
