import Foundation
import Support
import Testing

/// Many payments, each with faults of its own, drawn from a seed: whatever the gateway does, every
/// payment ends as the gateway has it, and only what contradicts stays on the attention list.
@Suite(.blocking)
struct FaultCampaignTests {
    /// Payments; `scripts/fault-campaign` asks for more.
    private static let count =
        ProcessInfo.processInfo.environment["CAMPAIGN_PAYMENTS"].flatMap { Int($0) } ?? 80

    private static let seed =
        ProcessInfo.processInfo.environment["CAMPAIGN_SEED"].flatMap { UInt64($0) } ?? 20_261_126

    /// Payments under way at once.
    private static let lanes = 8

    private static let settings = [
        "reconcile.graceSeconds=1", "reconcile.whileOpenSeconds=[2,4]",
        "reconcile.scheduleSeconds=[0,1,2,4,8,16,32]", "reconcile.recheckCancelledSeconds=[2,6]",
        "cashIn.requestTimeoutSeconds=2",
    ]

    @Test func `every payment ends as the gateway has it, whatever goes wrong on the way`() throws {
        let pair = try Pair(
            set: Self.settings,
            options: ["--retry-seconds", "0,1", "--seed", "\(Self.seed)"]
        )
        var random = SeededGenerator(seed: Self.seed)
        let plans = (1...Self.count).map { PaymentPlan("TRX-\($0)", &random) }
        _ = Concurrent.map(count: Self.lanes) { lane in
            for (index, plan) in plans.enumerated() where index % Self.lanes == lane {
                try? plan.run(on: pair)
            }
        }
        // What was held back comes last.
        _ = try pair.gateway.post("/simulator/release", "")
        try Self.waitUntilFinal(plans, on: pair)
        try Self.check(plans, on: pair)
    }

    private static func waitUntilFinal(_ plans: [PaymentPlan], on pair: Pair) throws {
        let truth = try truth(of: pair.gateway)
        let deadline = Date(timeIntervalSinceNow: Patience.seconds + Double(count) / 10)
        for plan in plans {
            var transaction = try pair.daemon.transaction(plan.reference)
            while transaction["status"].text != truth[plan.reference], Date() < deadline {
                let since = transaction["lastSequence"].integer ?? 0
                let target = "/v1/transactions/\(plan.reference)?wait=5&since=\(since)"
                transaction = try pair.daemon.get(target).json
            }
        }
    }

    /// The status word of every payment that the gateway knows.
    private static func truth(of gateway: Gateway) throws -> [String: String] {
        var truth: [String: String] = [:]
        for payment in try gateway.payments() {
            guard let reference = payment["partnerReferenceNo"].text else { continue }
            switch payment["latestTransactionStatus"].text {
            case "00": truth[reference] = "success"
            // Those that nobody has paid run out.
            default: truth[reference] = "cancelled"
            }
        }
        return truth
    }

    private static func check(_ plans: [PaymentPlan], on pair: Pair) throws {
        let truth = try truth(of: pair.gateway)
        #expect(truth.count == plans.count)
        // Invalid signatures also raise `callbacks-refused`, which is about no payment.
        let entries = try pair.daemon.attention().filter { $0["partnerReferenceNo"] != .null }
        for plan in plans {
            let transaction = try pair.daemon.transaction(plan.reference)
            #expect(transaction["status"].text == truth[plan.reference], "\(plan)")
            let own = entries.filter { $0["partnerReferenceNo"].text == plan.reference }
            let details = own.compactMap { $0["detail"].text }
            #expect(
                Set(transaction["attention"].items.compactMap(\.text)) == plan.contradictions,
                "\(plan): \(details)"
            )
        }
        let feed = try pair.daemon.feed()
        #expect(feed.map { $0["sequence"].integer } == (1...feed.count).map { $0 })
        let known = Set(plans.map(\.reference))
        #expect(Set(feed.compactMap { $0["partnerReferenceNo"].text }) == known)
        let expected = plans.reduce(0) { $0 + $1.contradictions.count }
        #expect(entries.count == expected)
    }
}

extension PaymentPlan {
    fileprivate func run(on pair: Pair) throws {
        if isGenerated {
            // Faults of the generate call are the gateway's, not the payment's: one at a time.
            let status = try Self.oneAtATime.withLock {
                try pair.gateway.setFaults(generateFault.map { [$0] } ?? [])
                return try pair.daemon.generate(
                    reference,
                    end == .runsOut ? ",\"validitySeconds\":3" : ""
                ).status
            }
            #expect(status == (generateFault == nil ? 201 : 502), "\(self)")
        }
        switch end {
        case .paid:
            let amount = isGenerated ? nil : "10000.00"
            try pair.gateway.pay(reference, faults: faults, amount: amount, waits: false)
        case .cancelled: try pair.gateway.cancel(reference, faults: faults, waits: false)
        case .runsOut: break
        }
    }

    private static let oneAtATime = NSLock()
}
