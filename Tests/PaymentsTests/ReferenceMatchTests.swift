import Payments
import Testing

/// Contract section 4, "References": an unordered pair of which exactly one order must match.
@Suite struct ReferenceMatchTests {
    static func match(
        partner: String,
        reference: String,
        among candidates: [TransactionState],
        roles: JudgePolicy.ReferenceRoles = .auto
    ) throws -> ReferenceMatch {
        let fact = try JudgeTests.fact(.success, partner: partner, reference: reference)
        return ReferenceMatch(fact.pair, among: candidates, roles: roles)
    }

    @Test func `both orders of a known pair are recognised`() throws {
        let state = try JudgeTests.state(.pending)
        let snap = try Self.match(partner: "M-1", reference: "G-1", among: [state])
        let cashIn = try Self.match(partner: "G-1", reference: "M-1", among: [state])
        #expect(snap == .known(state, .snap))
        #expect(cashIn == .known(state, .cashIn))
    }

    @Test func `a pinned order refuses the other one`() throws {
        let state = try JudgeTests.state(.pending)
        let match = try Self.match(
            partner: "G-1",
            reference: "M-1",
            among: [state],
            roles: .snap
        )
        #expect(match == .contradiction(state))
    }

    @Test func `nothing known is unknown`() throws {
        #expect(try Self.match(partner: "M-1", reference: "G-1", among: []) == .unknown)
    }

    @Test func `a transaction without a gateway reference matches by its own`() throws {
        let state = try JudgeTests.state(.created, gateway: nil)
        let match = try Self.match(partner: "M-1", reference: "G-1", among: [state])
        #expect(match == .known(state, .snap))
    }

    @Test func `a known merchant reference with another gateway reference contradicts`() throws {
        let state = try JudgeTests.state(.pending)
        let match = try Self.match(partner: "M-1", reference: "G-2", among: [state])
        #expect(match == .contradiction(state))
    }

    @Test func `a known gateway reference with another merchant reference contradicts`() throws {
        let state = try JudgeTests.state(.pending)
        let match = try Self.match(partner: "M-2", reference: "G-1", among: [state])
        #expect(match == .contradiction(state))
    }

    @Test func `a gateway reference that is another transaction's does not fit an open one`() throws
    {
        let open = try JudgeTests.state(.created, gateway: nil)
        let other = try JudgeTests.state(.success, merchant: "M-2", gateway: "G-1", id: 2)
        let match = try Self.match(partner: "M-1", reference: "G-1", among: [open, other])
        #expect(match == .contradiction(open))
    }

    @Test func `two orders that both match decide nothing`() throws {
        let first = try JudgeTests.state(.pending, merchant: "A", gateway: "B")
        let second = try JudgeTests.state(.pending, merchant: "B", gateway: "A", id: 2)
        let match = try Self.match(partner: "A", reference: "B", among: [first, second])
        #expect(match == .contradiction(first) || match == .contradiction(second))
    }

    @Test func `equal references are one order`() throws {
        let state = try JudgeTests.state(.pending, merchant: "SAME", gateway: "SAME")
        let match = try Self.match(partner: "SAME", reference: "SAME", among: [state])
        #expect(match == .known(state, .cashIn))
    }
}
