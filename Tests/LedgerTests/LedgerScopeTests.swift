import Payments
import Testing

@testable import Ledger

/// What is loaded before a decision: enough for it, and nothing that it does not need.
struct LedgerScopeTests {
    private static let received: Int64 = 1_795_316_400_000

    private static func delivery(_ failure: DeliveryFailure? = nil) throws -> Delivery {
        var said = TestDelivery(received: received)
        said.failure = failure
        return try said.delivery
    }

    private static func references(_ texts: [String]) -> [Reference] {
        texts.compactMap { Reference($0) }
    }

    @Test func `an empty scope needs nothing`() {
        let scope = LedgerScope()
        #expect(!scope.needsLooseEntries)
        #expect(!scope.needsEntryCallbacks)
        #expect(!scope.judgesWaiting)
        #expect(scope.allReferences == [])
        #expect(scope.newCallbacks == 0)
    }

    @Test(arguments: [nil, DeliveryFailure.body, .headers, .partner, .address])
    func `only an unreadable callback may concern an entry of no payment`(
        failure: DeliveryFailure?
    ) throws {
        let delivery = try Self.delivery(failure)
        var received = LedgerScope()
        received.add(delivery)
        #expect(received.needsLooseEntries == (failure != nil))
        #expect(received.allReferences == Self.references(["PAY-1", "TRX-1"]))
        #expect(received.newCallbacks == 1)
        #expect(received.callbackIDs == [])
        var replayed = LedgerScope()
        replayed.add(ReplayRequest(callbackID: 7, delivery: delivery))
        #expect(replayed.needsLooseEntries == (failure != nil))
        #expect(replayed.allReferences == Self.references(["PAY-1", "TRX-1"]))
        #expect(replayed.newCallbacks == 1, "a rejected request moves to the journal")
        #expect(replayed.callbackIDs == [7])
    }

    @Test func `a result needs the queried numbers and those of the report`() throws {
        let numbers = Self.references(["TRX-1", "PAY-1"])
        let inquiry = Inquiry(
            paymentID: 3,
            partnerReferenceNo: numbers[0],
            alternative: numbers[1],
            mark: Inquiry.Mark(nil)
        )
        var missing = LedgerScope()
        missing.add(inquiry, .notFound(responseCode: "4045101"))
        #expect(missing.references == numbers)
        #expect(missing.paymentIDs == [3])
        let report = try ReportJudgeTests.report(.success, partner: "TRX-2", reference: "PAY-2")
        var found = LedgerScope()
        found.add(inquiry, .found(report, queried: numbers[1], responseCode: "2005100"))
        #expect(Set(found.references) == Set(numbers + Self.references(["TRX-2", "PAY-2"])))
        #expect(found.paymentIDs == [3])
        #expect(!found.needsLooseEntries)
    }

    @Test(arguments: [false, true], [false, true])
    func `two scopes together need what each of them needs`(one: Bool, other: Bool) throws {
        let scope = { (needs: Bool, number: Int64) throws in
            var scope = LedgerScope()
            scope.needsLooseEntries = needs
            scope.needsEntryCallbacks = needs
            scope.judgesWaiting = needs
            scope.references = Self.references(["TRX-\(number)"])
            scope.paymentIDs = [number]
            scope.callbackIDs = [number]
            scope.entryIDs = [number]
            let delivery = try Self.delivery()
            scope.add(delivery)
            scope.add(ReplayRequest(callbackID: number + 10, delivery: delivery))
            return scope
        }
        var both = try scope(one, 1)
        both.formUnion(try scope(other, 2))
        #expect(both.needsLooseEntries == (one || other))
        #expect(both.needsEntryCallbacks == (one || other))
        #expect(both.judgesWaiting == (one || other))
        #expect(both.references == Self.references(["TRX-1", "TRX-2"]))
        #expect(both.paymentIDs == [1, 2])
        #expect(both.callbackIDs == [1, 11, 2, 12])
        #expect(both.entryIDs == [1, 2])
        #expect(both.newCallbacks == 4)
    }
}
