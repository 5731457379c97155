import Testing

@testable import Receiver

/// Contract section 6: a gateway that is down is not stormed, and told of once a minute.
@Suite struct GatewayHealthTests {
    /// A gateway that has answered before, and then failed this often, a second apart.
    private func failing(_ count: Int) -> GatewayHealth {
        var health = GatewayHealth()
        _ = health.noteAnswer()
        for second in 0..<count { _ = health.noteLoss(at: Int64(second) * 1_000) }
        return health
    }

    @Test func `nothing is paused before anything failed`() {
        #expect(GatewayHealth().isUp)
        #expect(GatewayHealth().pausedUntilMilliseconds == nil)
    }

    @Test(arguments: [(1, true), (2, true), (3, false)])
    func `two failures in a row are no outage, three are`(count: Int, isUp: Bool) {
        #expect(failing(count).isUp == isUp)
    }

    @Test func `an answer in between starts the count anew`() {
        var health = failing(2)
        #expect(health.noteAnswer() == nil, "nothing was told")
        for _ in 1...2 { #expect(health.noteLoss(at: 5_000) == nil) }
        #expect(health.isUp)
    }

    @Test func `the pauses between probes double up to a minute`() {
        var health = failing(2)
        for pause in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] as [Int64] {
            _ = health.noteLoss(at: 10_000)
            #expect(health.pausedUntilMilliseconds == 10_000 + pause)
        }
        for _ in 1...1_000 { _ = health.noteLoss(at: 10_000) }
        #expect(health.pausedUntilMilliseconds == 70_000)
    }

    @Test func `an outage is told once a minute`() {
        var health = failing(2)
        let first = GatewayHealth.News.unreachable(sinceMilliseconds: 0, attempts: 3)
        #expect(health.noteLoss(at: 2_000) == first)
        #expect(health.noteLoss(at: 61_999) == nil)
        let second = GatewayHealth.News.unreachable(sinceMilliseconds: 0, attempts: 5)
        #expect(health.noteLoss(at: 62_000) == second)
        #expect(health.noteLoss(at: 62_001) == nil)
    }

    @Test func `recovery is told once, and nothing is paused any more`() {
        var health = failing(3)
        #expect(health.noteAnswer() == .recovered)
        #expect(health.isUp)
        #expect(health.noteAnswer() == nil)
        let again = GatewayHealth.News.unreachable(sinceMilliseconds: 3_000, attempts: 3)
        for _ in 1...2 { #expect(health.noteLoss(at: 3_000) == nil) }
        #expect(health.noteLoss(at: 3_000) == again, "an outage of its own")
    }

    @Test func `the first answer of all closes what an earlier run has left open`() {
        var health = GatewayHealth()
        #expect(health.noteAnswer() == .recovered)
        #expect(health.noteAnswer() == nil)
        health.reset()
        #expect(health.noteAnswer() == .recovered)
    }

    @Test func `refused credentials pause all queries, and are told once`() {
        var health = failing(0)
        #expect(health.noteRefusal(at: 0) == .unauthorized)
        #expect(!health.isUp)
        #expect(health.pausedUntilMilliseconds == 600_000)
        #expect(health.noteRefusal(at: 600_000) == nil)
        #expect(health.pausedUntilMilliseconds == 1_200_000)
        #expect(health.noteAnswer() == .recovered)
        #expect(health.isUp)
        #expect(health.noteRefusal(at: 0) == .unauthorized, "told anew")
    }

    @Test func `queries that were under way do not shorten the pause of refused credentials`() {
        var health = failing(0)
        _ = health.noteRefusal(at: 0)
        for _ in 1...8 { _ = health.noteLoss(at: 1_000) }
        #expect(health.pausedUntilMilliseconds == 600_000)
    }

    @Test func `who wants to know at once has the pause forgotten`() {
        var health = failing(20)
        health.reset()
        #expect(health.isUp)
        #expect(health.noteLoss(at: 0) == nil)
    }
}
