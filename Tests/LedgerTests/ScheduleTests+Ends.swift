import Payments
import Testing

@testable import Ledger

// How a series of failures, a step and a whole schedule end.
extension ScheduleTests {
    // MARK: Afterwards

    @Test func `one unusable answer is forgotten by a usable one`() throws {
        var ledger = try Self.waiting()
        for outcome in [Self.unusable[0], .notFound(responseCode: "4045101")] + Self.unusable {
            try ledger.waitUntilDue()
            ledger.record(outcome, try ledger.inquiry())
        }
        #expect(ledger.open == [])
    }

    @Test func `a usable answer closes the entry, though the schedule ended in between`() throws {
        var ledger = try Self.waiting { $0.schedule.scheduleSeconds = [0, 60, 300] }
        for _ in 1...3 {
            try ledger.waitUntilDue()
            ledger.record(Self.unusable[0], try ledger.inquiry())
        }
        #expect(ledger.open == ["unresolved-payment×1", "unconfirmed-callback×1"])
        let id = try ledger.payment().id
        ledger.run { _ = $0.resume([id]) }
        ledger.record(.notFound(responseCode: "4045101"), try ledger.inquiry())
        #expect(ledger.open == ["unconfirmed-callback×1"])
    }

    @Test func `an early usable answer ends the series of failures and uses up no step`() throws {
        var ledger = try Self.waiting()
        for _ in 1...2 {
            try ledger.waitUntilDue()
            ledger.record(.unavailable, try ledger.inquiry())
        }
        let failed = try #require(try ledger.runningInquiry())
        #expect(failed.failureCount == 2)
        let receipt = ledger.record(.notFound(responseCode: "4045101"), try ledger.inquiry())
        #expect(receipt.nextMilliseconds == failed.nextMilliseconds)
        var usable = failed
        usable.failureCount = 0
        usable.failingSinceMilliseconds = nil
        #expect(try ledger.runningInquiry() == usable)
    }

    @Test func `a payment goes on with its own schedule when that of its callback ends`() throws {
        var ledger = TestLedger {
            $0.confirmWithQuery = .always
            $0.schedule.scheduleSeconds = [0]
        }
        try ledger.generate()
        try ledger.deliver()
        try ledger.answer(.initiated)
        #expect(ledger.open == ["unconfirmed-callback×1"])
        #expect(try ledger.runningInquiry()?.phase == .whileOpen)
    }

    @Test func `a status that ends nothing keeps the inquiry that it planned`() throws {
        for isAwaited in [false, true] {
            var ledger = TestLedger { $0.confirmWithQuery = isAwaited ? .always : .never }
            try ledger.generate()
            if isAwaited { try ledger.deliver() }
            try ledger.waitUntilDue()
            let receipt = try ledger.answer(.success)
            #expect(receipt.nextMilliseconds == nil)
            #expect(ledger.inquiries == [])
            var other = TestLedger { $0.schedule.recheckSuccessSeconds = [60] }
            try other.generate()
            try other.waitUntilDue()
            let next = try other.answer(.success).nextMilliseconds
            #expect(try other.runningInquiry()?.phase == .recheckPaid)
            #expect(try other.runningInquiry()?.nextMilliseconds == next)
        }
    }

    @Test(arguments: [0, 1] as [Int64])
    func `a start is corrected when it lies more than a second ahead`(beyond: Int64) throws {
        var ledger = TestLedger()
        try ledger.generate()
        let start = ledger.now
        ledger.wait(milliseconds: -1_000 - beyond)
        try ledger.answer(.initiated)
        let id = try ledger.payment().id
        #expect(
            ledger.view.generations[id]?.startedMilliseconds == (beyond > 0 ? ledger.now : start)
        )
        let updated = try ledger.payment().updatedMilliseconds
        #expect(updated == (beyond > 0 ? ledger.now : start))
    }

    @Test func `at a deadline what waits and what is open are both held`() throws {
        var ledger = TestLedger {
            $0.schedule.whileOpenSeconds = []
            $0.schedule.scheduleSeconds = []
            $0.schedule.expireAfterSeconds = nil
            $0.confirmWithQuery = .always
        }
        try ledger.generate()
        try ledger.deliver()
        #expect(ledger.open == ["unconfirmed-callback×1"])
        #expect(try ledger.runningInquiry()?.phase == .deadline)
        try ledger.waitUntilDue()
        let id = try ledger.payment().id
        ledger.run { $0.endUnsentInquiries([id], reason: "no query is sent") }
        #expect(ledger.open == ["unconfirmed-callback×1", "unresolved-payment×1"])
        #expect(ledger.inquiries == [])
    }

    @Test func `where reconcile is off each step is held once, with what waits`() throws {
        var ledger = TestLedger {
            $0.isReconciling = false
            $0.confirmWithQuery = .always
        }
        try ledger.generate()
        try ledger.deliver()
        let id = try ledger.payment().id
        var steps: [Int] = []
        while let inquiry = try ledger.runningInquiry(), steps.count < 20 {
            if !inquiry.isExpiryCheck, inquiry.phase != .deadline { steps.append(inquiry.step) }
            try ledger.waitUntilDue()
            ledger.run { $0.endUnsentInquiries([id], reason: "no query is sent") }
        }
        // The callback's first step, those of the valid code, and those after its end.
        #expect(steps == [0, 0, 1] + Array(0...6))
    }
}
