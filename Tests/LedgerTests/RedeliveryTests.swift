import Payments
import Testing

@testable import Ledger

/// Row 5a: one signature is one callback, however often and with whatever headers it comes.
struct RedeliveryTests {
    @Test func `one signature many times is one kept callback and one schedule`() throws {
        var ledger = TestLedger { $0.confirmWithQuery = .unproven }
        let signed = ledger.now
        try ledger.deliver { $0.signed = signed }
        let first = try #require(try ledger.runningInquiry())
        for count in 1...50 {
            ledger.wait(seconds: 20)
            let again = try ledger.deliver {
                ($0.signed, $0.externalID) = (signed, "id-\(count)")
                if count.isMultiple(of: 2) { $0.failure = .headers }
            }
            #expect(again.callbackID == 1)
            #expect(again.isRedelivery)
            #expect(again.response == (count.isMultiple(of: 2) ? .invalid : .successful))
            #expect(try ledger.runningInquiry() == first, "the schedule does not restart")
        }
        #expect(ledger.keptCount == 1)
        #expect(ledger.redeliveryCount == 50)
        #expect(ledger.payments.count == 1)
        #expect(ledger.open == [])
    }

    @Test func `a callback signed again waits with the first, and does not restart its schedule`()
        throws
    {
        var ledger = TestLedger { $0.confirmWithQuery = .unproven }
        try ledger.deliver()
        ledger.record(.notFound(responseCode: "4045101"), try ledger.inquiry())
        let before = try #require(try ledger.runningInquiry())
        ledger.wait(seconds: 10)
        for count in 1...5 {
            try ledger.deliver { ($0.salt, $0.externalID) = ("\(count)", "id-\(count)") }
        }
        #expect(try ledger.runningInquiry() == before)
        #expect(try ledger.waiting().count == 1)
        #expect(ledger.keptCount == 6)
        try ledger.answer(.success)
        #expect(ledger.feed.last?.callbackID == 1)
        #expect(ledger.open == [])
    }

    @Test func `what is applied ends the wait of what said the same`() throws {
        var ledger = TestLedger { $0.confirmWithQuery = .unproven }
        try ledger.deliver()
        // Now the payment is known, and its callbacks are believed.
        try ledger.answer(.pending)
        #expect(try ledger.waiting().count == 1)
        #expect(try ledger.deliver { $0.salt = "again" }.outcome == .applied)
        #expect(try ledger.waiting().isEmpty)
        #expect(ledger.inquiries == [])
    }

    @Test(arguments: [CallbackOutcome.mismatch, .conflict, .invalid])
    func `a refused callback opens one entry, and its redeliveries none`(
        _ outcome: CallbackOutcome
    ) throws {
        var ledger = TestLedger()
        try ledger.generate()
        if outcome == .conflict { try ledger.deliver { $0.status = .pending } }
        let signed = ledger.now
        let deliver = { (ledger: inout TestLedger) in
            try ledger.deliver {
                $0.signed = signed
                if outcome == .mismatch { $0.sen = 1 }
                if outcome == .invalid { $0.failure = .body }
            }
        }
        let first = try deliver(&ledger)
        #expect(first.outcome == outcome)
        let open = ledger.open
        #expect(open.count == 1)
        let inquiries = ledger.inquiries
        for _ in 1...20 {
            ledger.wait(seconds: 400)
            #expect(try deliver(&ledger).response == first.response)
        }
        #expect(ledger.open == open)
        #expect(ledger.inquiries == inquiries)
        #expect(ledger.redeliveryCount == 20)
    }

    @Test(arguments: [DeliveryFailure.headers, .partner])
    func `a callback that failed for its headers gives way to the first in order`(
        _ failure: DeliveryFailure
    ) throws {
        var ledger = TestLedger()
        try ledger.generate()
        let signed = ledger.now
        let deliver = { (ledger: inout TestLedger, failure: DeliveryFailure?) in
            try ledger.deliver { ($0.signed, $0.failure) = (signed, failure) }
        }
        let spoilt = try deliver(&ledger, failure)
        #expect(spoilt.response == (failure == .partner ? .unauthorized : .invalid))
        #expect(spoilt.outcome == (failure == .partner ? .refused : .invalid))
        #expect(try deliver(&ledger, failure).isRedelivery)
        let good = try deliver(&ledger, nil)
        #expect(!good.isRedelivery)
        #expect(good.outcome == .applied)
        #expect(good.callbackID != spoilt.callbackID)
        #expect(ledger.story.last == "TRX-1 pending>success 10000.00 notify")
        let again = try deliver(&ledger, failure)
        #expect(again.callbackID == spoilt.callbackID)
        #expect(again.response == spoilt.response, "rows 3 to 5 come before row 5a")
        #expect(try deliver(&ledger, nil).response == .successful)
        #expect(ledger.keptCount == 2)
        #expect(ledger.feed.count == 2)
    }

    @Test func `a body that fails is not replaced, whatever its headers`() throws {
        var ledger = TestLedger()
        let signed = ledger.now
        try ledger.deliver { ($0.signed, $0.failure) = (signed, .body) }
        let again = try ledger.deliver { ($0.signed, $0.failure) = (signed, .body) }
        #expect(again.isRedelivery)
        #expect(ledger.keptCount == 1)
    }

    @Test func `a dismissed fact is queried no more, however often it is signed`() throws {
        var ledger = TestLedger {
            $0.confirmWithQuery = .unproven
            $0.schedule.scheduleSeconds = [0]
        }
        try ledger.deliver()
        ledger.record(.notFound(responseCode: "4045101"), try ledger.inquiry())
        try ledger.resolve(.unconfirmedCallback)
        try ledger.deliver { $0.salt = "again" }
        #expect(ledger.inquiries == [])
        try ledger.deliver { ($0.sen, $0.externalID) = (5, "id-2") }
        #expect(ledger.inquiries.map(\.nextMilliseconds) == [ledger.now], "another fact is")
    }

    @Test func `a redelivery is answered by the rules of now`() throws {
        var ledger = TestLedger { $0.confirmWithQuery = .unproven }
        let signed = ledger.now
        let first = try ledger.deliver { $0.signed = signed }
        #expect(first.outcome == .awaitingQuery)
        ledger.setPolicy { $0.confirmWithQuery = .never }
        let again = try ledger.deliver { $0.signed = signed }
        #expect(again.outcome == .applied)
        #expect(again.sequence == 1)
        #expect(ledger.story == ["TRX-1 none>success 10000.00 notify"])
        #expect(try ledger.waiting().isEmpty)
        #expect(ledger.inquiries == [], "what waited for a query waits no more")
    }

    @Test func `what the attention list holds of a callback closes when it is applied`() throws {
        var ledger = TestLedger {
            $0.confirmWithQuery = .unproven
            $0.isOutbound = false
        }
        let signed = ledger.now
        try ledger.deliver { $0.signed = signed }
        #expect(ledger.open == ["unconfirmed-callback×1"])
        ledger.setPolicy { $0.confirmWithQuery = .never }
        try ledger.deliver { $0.signed = signed }
        #expect(ledger.feed.count == 1)
        #expect(ledger.open == [])
    }

    @Test(arguments: [false, true])
    func `a replay of a waiting callback does what a redelivery does`(isHeld: Bool) throws {
        var ledger = TestLedger {
            $0.confirmWithQuery = .unproven
            $0.isOutbound = !isHeld
        }
        let delivery = try TestDelivery(received: ledger.now).delivery
        ledger.run { _ = $0.receive(delivery) }
        ledger.setPolicy { $0.confirmWithQuery = .never }
        let request = ReplayRequest(callbackID: 1, delivery: delivery)
        let result = ledger.run { $0.replay(request) }
        #expect(result.before == .awaitingQuery)
        #expect(result.after == .applied)
        #expect(result.sequence == 1)
        #expect(ledger.open == [])
        #expect(ledger.inquiries == [])
        let again = ledger.run { $0.replay(request) }
        #expect(again.after == .applied)
        #expect(again.sequence == nil)
        #expect(ledger.feed.count == 1)
    }

    @Test func `a refused callback counts even where the same was kept with spoilt headers`()
        throws
    {
        var ledger = TestLedger()
        try ledger.deliver { $0.failure = .headers }
        let delivery = try TestDelivery(received: ledger.now).delivery
        let result = ledger.run { $0.replay(ReplayRequest(callbackID: 2, delivery: delivery)) }
        #expect(result.before == .refused)
        #expect(result.after == .applied)
        #expect(ledger.feed.count == 1)
        #expect(ledger.open == [])
    }

    // MARK: Which callback a delivery repeats

    @Test func `a delivery that fails otherwise counts for the callback in order`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        let signed = ledger.now
        let deliver = { (ledger: inout TestLedger, failure: DeliveryFailure?) in
            try ledger.deliver { ($0.signed, $0.failure) = (signed, failure) }
        }
        #expect(try deliver(&ledger, .headers).callbackID == 1)
        #expect(try deliver(&ledger, nil).callbackID == 2)
        #expect(try deliver(&ledger, .headers).callbackID == 1)
        let other = try deliver(&ledger, .partner)
        #expect(other.callbackID == 2)
        #expect(other.response == .unauthorized)
        #expect(ledger.keptCount == 2)
    }

    @Test func `an entry closes when its callback is in order, unless it holds another`() throws {
        for hasOther in [false, true] {
            var ledger = TestLedger()
            try ledger.generate()
            let signed = ledger.now
            try ledger.deliver { ($0.signed, $0.failure) = (signed, .headers) }
            if hasOther { try ledger.deliverOtherCause() }
            try ledger.deliver { $0.signed = signed }
            #expect(ledger.open == (hasOther ? ["invalid-callback×2"] : []))
        }
    }

    @Test func `what closed an entry is told by its source`() throws {
        // The callback of a cancellation waits because of its age; another one is applied.
        for isQuery in [false, true] {
            var ledger = TestLedger { $0.staleTimestamp = .reject }
            try ledger.generate()
            try ledger.deliver { ($0.status, $0.signedSecondsAgo) = (.cancelled, 301) }
            #expect(ledger.open == ["stale-callback×1"])
            if isQuery {
                try ledger.answer(.cancelled)
            } else {
                try ledger.deliver { ($0.status, $0.externalID) = (.cancelled, "id-2") }
            }
            #expect(ledger.open == [])
            #expect(try ledger.waiting().isEmpty)
            let resolution = try #require(ledger.resolutions.values.first)
            #expect(resolution.by == (isQuery ? "query" : "notify"))
            #expect(resolution.note == (isQuery ? "the gateway reports 05" : "the payment is 05"))
        }
    }

    @Test func `an entry with another fact or a cause stays open`() throws {
        // Both callbacks are too old; only one of their facts is written.
        for isUnreadable in [false, true] {
            var ledger = TestLedger { $0.staleTimestamp = .reject }
            try ledger.generate()
            try ledger.deliver { ($0.status, $0.signedSecondsAgo) = (.cancelled, 301) }
            try ledger.deliver {
                ($0.status, $0.signedSecondsAgo, $0.externalID) = (.success, 301, "id-2")
                if isUnreadable { $0.failure = .body }
            }
            #expect(ledger.open.first == "stale-callback×2")
            try ledger.deliver { ($0.status, $0.externalID) = (.cancelled, "id-3") }
            #expect(ledger.open.first == "stale-callback×2")
        }
    }
}
