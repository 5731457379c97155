import Payments
import Testing

@testable import Outbound

/// Contract section 4, "Fairness", and section 6: a gateway that is down is not stormed, and one
/// reference's trouble does not hold up the others.
@Suite struct GatewayHealthTests {
    private let start = ContinuousClock.now
    private let one: Reference
    private let two: Reference
    private let three: Reference

    init() throws {
        one = try #require(Reference("TRX-1"))
        two = try #require(Reference("TRX-2"))
        three = try #require(Reference("TRX-3"))
    }

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    /// A gateway that has answered before, and then did not respond this often, a second apart.
    private func failing(_ count: Int) -> GatewayHealth {
        var health = GatewayHealth()
        _ = health.record(.succeeded, about: one, at: start)
        for second in 0..<count {
            _ = health.record(.unavailable, about: one, at: at(Double(second)))
        }
        return health
    }

    /// A gateway that has answered before, and then rejected our credentials for two payments.
    private func rejecting() -> GatewayHealth {
        var health = failing(0)
        #expect(health.record(.unauthorized(description: "401"), about: one, at: start) == [])
        #expect(
            health.record(.unauthorized(description: "401"), about: two, at: start)
                == [.unauthorized(description: "401")]
        )
        return health
    }

    @Test func `nothing is paused before anything failed`() {
        #expect(GatewayHealth().isUp)
        #expect(GatewayHealth().pauseEnd(at: start) == nil)
        #expect(GatewayHealth().lastProbed == nil)
    }

    // MARK: Outages

    @Test(arguments: [(1, true), (2, true), (3, false)])
    func `two failures in a row are no outage, three are`(count: Int, isUp: Bool) {
        #expect(failing(count).isUp == isUp)
    }

    @Test(arguments: [
        GatewayHealth.Result.succeeded, .refused(description: "403"),
        .unauthorized(description: "401"), .unreadable,
    ])
    func `any response in between starts the count again`(result: GatewayHealth.Result) {
        var health = failing(2)
        #expect(health.record(result, about: one, at: at(3)) == [], "nothing was reported")
        for _ in 1...2 { #expect(health.record(.unavailable, about: one, at: at(5)) == []) }
        #expect(health.isUp)
        #expect(health.record(.unavailable, about: one, at: at(5)).count == 1)
        #expect(!health.isUp)
    }

    @Test func `the pauses between probes double up to a minute`() {
        var health = failing(2)
        for pause in [1, 2, 4, 8, 16, 32, 60, 60] as [Double] {
            _ = health.record(.unavailable, about: one, at: at(10))
            #expect(health.pauseEnd(at: at(10)) == at(10 + pause))
        }
        for _ in 1...1_000 { _ = health.record(.unavailable, about: one, at: at(10)) }
        #expect(health.pauseEnd(at: at(10)) == at(70))
    }

    @Test func `a pause ends at its end, and then one query at a time probes the gateway`() {
        let health = failing(3)
        #expect(health.pauseEnd(at: at(2)) == at(3))
        #expect(health.pauseEnd(at: at(2.999)) == at(3))
        #expect(health.pauseEnd(at: at(3)) == nil)
        #expect(!health.isUp)
    }

    @Test func `an outage is reported once a minute`() {
        var health = failing(2)
        let first = GatewayHealth.News.unreachable(since: start, attempts: 3)
        #expect(health.record(.unavailable, about: one, at: at(2)) == [first])
        #expect(health.record(.unavailable, about: one, at: at(61.999)) == [])
        let second = GatewayHealth.News.unreachable(since: start, attempts: 5)
        #expect(health.record(.unavailable, about: one, at: at(62)) == [second])
        #expect(health.record(.unavailable, about: one, at: at(62.001)) == [])
    }

    @Test func `recovery is reported once, and nothing is paused any more`() {
        var health = failing(3)
        #expect(health.record(.succeeded, about: one, at: at(3)) == [.recovered])
        #expect(health.isUp)
        #expect(health.record(.succeeded, about: one, at: at(3)) == [])
        let again = GatewayHealth.News.unreachable(since: at(3), attempts: 3)
        for _ in 1...2 { #expect(health.record(.unavailable, about: one, at: at(3)) == []) }
        #expect(
            health.record(.unavailable, about: one, at: at(3)) == [again],
            "an outage of its own"
        )
    }

    @Test(arguments: [GatewayHealth.Result.refused(description: "404"), .unreadable])
    func `a refusal or an unreadable response ends an outage`(result: GatewayHealth.Result) {
        var health = failing(3)
        #expect(health.record(result, about: one, at: at(3)) == [.reachable])
        #expect(health.isUp)
        #expect(health.record(result, about: one, at: at(3)) == [], "reported once")
        #expect(health.record(.succeeded, about: one, at: at(3)) == [])
    }

    @Test func `the first answer of all closes what an earlier run has left open`() {
        var health = GatewayHealth()
        #expect(health.record(.succeeded, about: one, at: start) == [.recovered])
        #expect(health.record(.succeeded, about: one, at: start) == [])
        health.reset()
        #expect(health.record(.succeeded, about: one, at: start) == [.recovered])
    }

    @Test func `a first response that is no answer closes an outage that an earlier run left open`()
    {
        var health = GatewayHealth()
        #expect(health.record(.unreadable, about: one, at: start) == [.reachable])
        #expect(health.record(.unreadable, about: one, at: start) == [])
        #expect(health.record(.succeeded, about: one, at: start) == [.recovered], "the rest")
    }

    @Test func `a reset forgets the pause`() {
        var health = failing(20)
        health.reset()
        #expect(health.isUp)
        #expect(health.record(.unavailable, about: one, at: start) == [])
    }

    // MARK: Rejected credentials

    @Test func `one payment that is answered 401, however often, pauses nothing, one entry`() {
        var health = failing(0)
        for second in 0..<20 {
            let result = GatewayHealth.Result.unauthorized(description: "401")
            let news = health.record(result, about: one, at: at(Double(second)))
            #expect(news == (second == 2 ? [.refused(description: "401")] : []))
            #expect(health.isUp)
        }
    }

    @Test func `two payments answered 401 pause all queries, which is reported once`() {
        var health = rejecting()
        #expect(!health.isUp)
        #expect(health.pauseEnd(at: start) == at(1))
        #expect(health.record(.unauthorized(description: "401"), about: three, at: at(1)) == [])
        #expect(health.record(.succeeded, about: one, at: at(3)) == [.recovered])
        #expect(health.isUp)
        #expect(health.record(.unauthorized(description: "401"), about: one, at: at(4)) == [])
        #expect(
            health.record(.unauthorized(description: "again"), about: two, at: at(4))
                == [.unauthorized(description: "again")],
            "reported again"
        )
        #expect(health.pauseEnd(at: at(4)) == at(5), "from the shortest pause on")
    }

    @Test func `an answer between two 401 shows that the credentials are accepted`() {
        var health = failing(0)
        _ = health.record(.unauthorized(description: "401"), about: one, at: start)
        #expect(health.record(.succeeded, about: three, at: start) == [])
        #expect(health.record(.unauthorized(description: "401"), about: two, at: start) == [])
        #expect(health.isUp)
    }

    @Test(arguments: [
        GatewayHealth.Result.refused(description: "403"), .unreadable, .unavailable,
    ])
    func `anything else between two 401 shows nothing`(result: GatewayHealth.Result) {
        var health = failing(0)
        _ = health.record(.unauthorized(description: "401"), about: one, at: start)
        _ = health.record(result, about: three, at: start)
        #expect(
            health.record(.unauthorized(description: "401"), about: two, at: start)
                == [.unauthorized(description: "401")]
        )
        #expect(!health.isUp)
    }

    @Test func `each further probe answered 401 doubles the pause, up to 600 s`() {
        var health = rejecting()
        var end = at(1)
        for pause in [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600] {
            #expect(health.record(.unauthorized(description: "401"), about: one, at: end) == [])
            #expect(health.pauseEnd(at: end) == end + .seconds(pause))
            end += .seconds(pause)
        }
    }

    @Test func `queries that were under way when the pause began do not lengthen it`() {
        var health = rejecting()
        for _ in 1...8 {
            #expect(
                health.record(.unauthorized(description: "401"), about: three, at: at(0.999)) == []
            )
        }
        #expect(health.pauseEnd(at: start) == at(1))
    }

    @Test(arguments: [GatewayHealth.Result.refused(description: "403"), .unreadable, .unavailable])
    func `a probe that says nothing of the credentials is followed by a pause of the same length`(
        result: GatewayHealth.Result
    ) {
        var health = rejecting()
        _ = health.record(.unauthorized(description: "401"), about: one, at: at(1))
        #expect(health.record(result, about: two, at: at(2)) == [], "under way")
        #expect(health.pauseEnd(at: at(2)) == at(3))
        #expect(health.record(result, about: two, at: at(3)) == [])
        #expect(health.pauseEnd(at: at(3)) == at(5))
        #expect(!health.isUp)
        #expect(health.record(.succeeded, about: one, at: at(5)) == [.recovered])
    }

    @Test func `an outage during the pause does not shorten it`() {
        var health = rejecting()
        for probe in 1...9 {
            // Each comes when the pause before it ends: after 1, 3, 7, … seconds.
            let time = at(Double((1 << probe) - 1))
            _ = health.record(.unauthorized(description: "401"), about: one, at: time)
        }
        let end = at(1_023)
        #expect(health.pauseEnd(at: at(512)) == end)
        for _ in 1...8 { _ = health.record(.unavailable, about: two, at: at(600)) }
        #expect(health.pauseEnd(at: at(600)) == end)
    }

    @Test func `the caller learns which payment was probed last`() {
        var health = rejecting()
        #expect(health.lastProbed == two)
        _ = health.record(.unauthorized(description: "401"), about: three, at: at(1))
        #expect(health.lastProbed == three)
        _ = health.record(.succeeded, about: one, at: at(3))
        #expect(health.lastProbed == nil)
        for _ in 1...3 { _ = health.record(.unavailable, about: two, at: at(4)) }
        #expect(health.lastProbed == two, "of an outage as well")
    }

    // MARK: Refused references

    private func refuse(_ health: inout GatewayHealth, _ reference: Reference) -> Int {
        let news = health.record(.refused(description: "404"), about: reference, at: start)
        #expect(news.isEmpty || news == [.refused(description: "404")])
        #expect(health.isUp, "no pause")
        return news.count
    }

    @Test func `the third refusal in a row of one payment is reported once`() {
        var health = failing(0)
        #expect((1...6).map { _ in refuse(&health, one) } == [0, 0, 1, 0, 0, 0])
        #expect((1...3).map { _ in refuse(&health, two) } == [0, 0, 0], "the same trouble")
        #expect(health.record(.succeeded, about: two, at: start) == [.recovered])
        #expect((1...3).map { _ in refuse(&health, one) } == [0, 0, 1], "reported again")
    }

    @Test func `refusals of other payments in between do not matter`() {
        var health = failing(0)
        #expect([one, two, one, two, one].map { refuse(&health, $0) } == [0, 0, 0, 0, 1])
    }

    @Test func `refusals of different payments do not add up`() throws {
        var health = failing(0)
        for number in 1...2_000 {
            #expect(refuse(&health, try #require(Reference("PAY-\(number)"))) == 0)
        }
    }

    @Test(arguments: [999, 1_000])
    func `so many payments are counted at a time`(others: Int) throws {
        var health = failing(0)
        for number in 1...others {
            _ = refuse(&health, try #require(Reference("PAY-\(number)")))
        }
        #expect((1...3).map { _ in refuse(&health, one) } == [0, 0, others < 1_000 ? 1 : 0])
    }

    @Test func `an answer for another payment resets the counts`() {
        var health = failing(0)
        for _ in 1...2 { #expect(refuse(&health, one) == 0) }
        #expect(health.record(.succeeded, about: two, at: start) == [])
        #expect((1...3).map { _ in refuse(&health, one) } == [0, 0, 1])
    }
}
