import Ledger
import Payments
import Testing

/// Contract section 4, "References": an unordered pair of which exactly one order must match.
struct ReferenceMatchTests {
    static func match(
        partner: String,
        reference: String,
        among candidates: [Payment],
        roles: LedgerPolicy.ReferenceRoles = .auto
    ) throws -> ReferenceMatch {
        let fact = try CallbackJudgeTests.fact(.success, partner: partner, reference: reference)
        return ReferenceMatch(fact.pair, among: candidates, roles: roles)
    }

    @Test func `both orders of a known pair are recognised`() throws {
        let payment = try CallbackJudgeTests.payment(.pending)
        let snap = try Self.match(partner: "M-1", reference: "G-1", among: [payment])
        let cashIn = try Self.match(partner: "G-1", reference: "M-1", among: [payment])
        #expect(snap == .known(payment, .snap))
        #expect(cashIn == .known(payment, .cashIn))
    }

    @Test func `a pinned order refuses the other one`() throws {
        let payment = try CallbackJudgeTests.payment(.pending)
        let match = try Self.match(
            partner: "G-1",
            reference: "M-1",
            among: [payment],
            roles: .snap
        )
        #expect(match == .contradiction(payment))
    }

    @Test func `nothing known is unknown`() throws {
        #expect(try Self.match(partner: "M-1", reference: "G-1", among: []) == .unknown)
    }

    @Test func `a transaction without a gateway reference matches by its own`() throws {
        let payment = try CallbackJudgeTests.payment(.created, gateway: nil)
        let match = try Self.match(partner: "M-1", reference: "G-1", among: [payment])
        #expect(match == .known(payment, .snap))
    }

    @Test func `a known merchant reference with another gateway reference contradicts`() throws {
        let payment = try CallbackJudgeTests.payment(.pending)
        let match = try Self.match(partner: "M-1", reference: "G-2", among: [payment])
        #expect(match == .contradiction(payment))
    }

    @Test func `a known gateway reference with another merchant reference contradicts`() throws {
        let payment = try CallbackJudgeTests.payment(.pending)
        let match = try Self.match(partner: "M-2", reference: "G-1", among: [payment])
        #expect(match == .contradiction(payment))
    }

    @Test func `a gateway reference that is another transaction's does not fit an open one`() throws
    {
        let open = try CallbackJudgeTests.payment(.created, gateway: nil)
        let other = try CallbackJudgeTests.payment(.success, merchant: "M-2", gateway: "G-1", id: 2)
        let match = try Self.match(partner: "M-1", reference: "G-1", among: [open, other])
        #expect(match == .contradiction(open))
    }

    @Test func `two orders that both match decide nothing`() throws {
        let first = try CallbackJudgeTests.payment(.pending, merchant: "A", gateway: "B")
        let second = try CallbackJudgeTests.payment(.pending, merchant: "B", gateway: "A", id: 2)
        let match = try Self.match(partner: "A", reference: "B", among: [first, second])
        #expect(match == .contradiction(first) || match == .contradiction(second))
    }

    @Test func `equal references are one order`() throws {
        let payment = try CallbackJudgeTests.payment(.pending, merchant: "SAME", gateway: "SAME")
        let match = try Self.match(partner: "SAME", reference: "SAME", among: [payment])
        #expect(match == .known(payment, .cashIn))
    }

    @Test func `another transaction's merchant reference does not make an order impossible`()
        throws
    {
        let open = try CallbackJudgeTests.payment(.created, gateway: nil)
        let other = try CallbackJudgeTests.payment(.pending, merchant: "G-1", gateway: "X", id: 2)
        let match = try Self.match(partner: "M-1", reference: "G-1", among: [open, other])
        #expect(match == .known(open, .snap))
    }
}
