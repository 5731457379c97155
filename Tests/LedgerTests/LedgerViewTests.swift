import Payments
import Testing

@testable import Ledger

/// What a view finds: rows by their numbers, references, signatures and waits.
struct LedgerViewTests {
    @Test(
        arguments: [
            [], [1], [1, 2], [2, 1], [3, 1, 2], [2, 2, 1], [1, 3, 2, 3], [5, 4, 3, 2, 1],
        ] as [[Int64]]
    )
    func `row numbers are ascending, each once`(inserted: [Int64]) {
        var numbers = RowNumbers()
        for number in inserted { numbers.insert(number) }
        let all = Set(inserted).sorted()
        #expect(numbers.all == all)
        var united = RowNumbers()
        united.insert(3)
        united.formUnion(numbers)
        #expect(united.all == Set(inserted + [3]).sorted())
        for number in all {
            var rest = numbers
            rest.remove(number)
            #expect(rest.all == all.filter { $0 != number })
            rest.remove(99)
            rest.insert(number)
            #expect(rest.all == all)
        }
    }

    private static func view(_ payments: [Payment]) -> LedgerView {
        var view = LedgerView(numbers: LedgerNumbers(), knowledge: GatewayKnowledge())
        for payment in payments { view.insert(Shared(payment)) }
        return view
    }

    private static func reference(_ text: String) throws -> Reference {
        try #require(Reference(text))
    }

    @Test func `a reference that a payment no longer carries finds it no more`() throws {
        var payment = try CallbackJudgeTests.payment(.pending)
        var view = Self.view([payment])
        let old = try Self.reference("G-1")
        #expect(view.payments(carrying: [old]) == [payment])
        payment.referenceNo = try Self.reference("G-2")
        view.insert(Shared(payment))
        #expect(view.payments(carrying: [old]) == [])
        #expect(view.payments(carrying: [old, try Self.reference("G-2")]) == [payment])
    }

    @Test func `a transaction is found by its other number only while that is a guess`() throws {
        for isProven in [false, true] {
            let payment = try CallbackJudgeTests.payment(.pending, isProven: isProven)
            let view = Self.view([payment])
            #expect(view.confirmed(named: try Self.reference("M-1")) == payment)
            let byOther = view.confirmed(named: try Self.reference("G-1"))
            #expect(byOther == (isProven ? nil : payment))
        }
        let guess = try CallbackJudgeTests.payment(.pending, isProven: false)
        let named = try CallbackJudgeTests.payment(.pending, merchant: "G-1", gateway: "X", id: 2)
        #expect(Self.view([guess, named]).confirmed(named: try Self.reference("G-1")) == named)
    }

    @Test func `unconfirmed references are found exactly, in either order`() throws {
        let pair = try CallbackJudgeTests.payment(nil)
        let single = try CallbackJudgeTests.payment(nil, gateway: nil, id: 2)
        let confirmed = try CallbackJudgeTests.payment(.pending, merchant: "M-3", id: 3)
        var merged = try CallbackJudgeTests.payment(nil, merchant: "M-4", gateway: nil, id: 4)
        merged.mergedInto = 3
        let view = Self.view([pair, single, confirmed, merged])
        let find = { (texts: [String]) in
            view.unconfirmed(texts.compactMap { Reference($0) })?.id
        }
        #expect(find(["M-1", "G-1"]) == 1)
        #expect(find(["G-1", "M-1"]) == 1)
        #expect(find(["M-1"]) == 2)
        #expect(find(["G-1"]) == nil, "a pair is no single reference")
        #expect(find(["M-1", "G-2"]) == nil)
        #expect(find(["M-3", "G-1"]) == nil, "it is confirmed")
        #expect(find(["M-4"]) == nil, "it is merged")
    }

    @Test func `a merged payment stands for the one that it was merged into`() throws {
        let payment = try CallbackJudgeTests.payment(.pending, id: 2)
        var merged = try CallbackJudgeTests.payment(nil)
        merged.mergedInto = 2
        let view = Self.view([merged, payment])
        #expect(view.payment(1) == payment)
        #expect(view.payment(2) == payment)
        #expect(view.payment(3) == nil)
        #expect(view.payment(nil) == nil)
        #expect(Self.view([merged]).payment(1) == merged, "the other one is not loaded")
    }

    @Test func `what belongs to a payment is its pair, or one of its references alone`() throws {
        let payment = try CallbackJudgeTests.payment(.pending)
        var others: [Payment] = []
        let pairs: [(String, String?)] = [
            ("G-1", "M-1"), ("M-1", nil), ("G-1", nil), ("M-1", "G-2"), ("M-2", "G-1"),
        ]
        for (number, pair) in pairs.enumerated() {
            others.append(
                try CallbackJudgeTests.payment(
                    nil,
                    merchant: pair.0,
                    gateway: pair.1,
                    id: Int64(number) + 2
                )
            )
        }
        var merged = try CallbackJudgeTests.payment(nil, gateway: nil, id: 8)
        merged.mergedInto = 1
        let named = try CallbackJudgeTests.payment(.created, merchant: "G-1", gateway: nil, id: 9)
        let view = Self.view([payment] + others + [merged, named])
        #expect(view.unconfirmed(belongingTo: payment).map(\.id) == [2, 3, 4])
    }
}
