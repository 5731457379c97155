import Payments
import Testing

@testable import Ledger

/// Stored callbacks that are judged again, on an operator's order.
struct ReplayTests {
    /// Receives a success twice; returns the second delivery, callback 2.
    private func duplicate(_ ledger: inout TestLedger) throws -> Delivery {
        try ledger.generate()
        try ledger.deliver()
        var said = TestDelivery(received: ledger.now)
        said.salt = "again"
        let again = try said.delivery
        #expect(ledger.run { $0.receive(again) }.outcome == .duplicate)
        return again
    }

    @Test func `a replayed duplicate stays one`() throws {
        var ledger = TestLedger()
        let again = try duplicate(&ledger)
        let request = ReplayRequest(callbackID: 2, delivery: again)
        let result = ledger.run { $0.replay(request) }
        #expect(result.before == .duplicate)
        #expect(result.after == .duplicate)
        #expect(ledger.view.callbacks[2]?.outcome == .duplicate)
    }

    @Test func `a replay that still waits is queried again when its schedule has ended`() throws {
        var ledger = TestLedger {
            $0.confirmWithQuery = .unproven
            $0.schedule.scheduleSeconds = [0]
        }
        let delivery = try TestDelivery(received: ledger.now).delivery
        ledger.run { _ = $0.receive(delivery) }
        let planned = ledger.inquiries
        ledger.wait(seconds: 30)
        let request = ReplayRequest(callbackID: 1, delivery: delivery)
        #expect(ledger.run { $0.replay(request) }.after == .awaitingQuery)
        #expect(ledger.inquiries == planned, "it is queried already")
        ledger.record(.notFound(responseCode: "4045101"), try ledger.inquiry())
        try #require(ledger.inquiries == [])
        ledger.run { _ = $0.replay(request) }
        #expect(ledger.inquiries.map(\.nextMilliseconds) == [ledger.now])
        #expect(try ledger.waiting().map(\.id) == [1])
    }

    @Test func `a replay of what a query has confirmed since is a repetition`() throws {
        var ledger = TestLedger { $0.confirmWithQuery = .always }
        try ledger.generate()
        try ledger.deliver()
        var said = TestDelivery(received: ledger.now)
        (said.salt, said.externalID) = ("again", "id-2")
        let second = try said.delivery
        ledger.run { _ = $0.receive(second) }
        try ledger.answer(.success)
        #expect(ledger.view.callbacks[2]?.outcome == .awaitingQuery)
        let result = ledger.run { $0.replay(ReplayRequest(callbackID: 2, delivery: second)) }
        #expect(result.after == .replayed)
        #expect(ledger.view.callbacks[2]?.outcome == .replayed)
        #expect(ledger.view.callbacks[2]?.isWaiting == false)
        #expect(try ledger.waiting().isEmpty)
    }

    @Test func `a replayed duplicate of a refunded success is ignored`() throws {
        var ledger = TestLedger()
        let again = try duplicate(&ledger)
        try ledger.answer(.refunded)
        let result = ledger.run { $0.replay(ReplayRequest(callbackID: 2, delivery: again)) }
        #expect(result.before == .duplicate)
        #expect(result.after == .ignored)
        #expect(ledger.open == [])
    }

    @Test func `a replay of a rejected request counts as a redelivery of the stored one`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        let delivery = try TestDelivery(received: ledger.now).delivery
        ledger.run { _ = $0.receive(delivery) }
        let result = ledger.run { $0.replay(ReplayRequest(callbackID: 9, delivery: delivery)) }
        #expect(result.callbackID == 9)
        #expect(result.before == .refused)
        #expect(result.after == .applied)
        #expect(result.sequence == nil)
        #expect(ledger.redeliveryCount == 1)
        #expect(ledger.keptCount == 1)
    }
}
