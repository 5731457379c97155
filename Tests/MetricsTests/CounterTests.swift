import Logging
import Snap
import Testing

@testable import Metrics

/// What is counted, and by which labels.
@Suite struct CounterTests {
    @Test func `refusals are counted apart by reason and by whether the signature verified`() {
        let refusals = RefusalCounter()
        refusals.add(.address, isAuthentic: true)
        refusals.add(.address, isAuthentic: true)
        refusals.add(.address, isAuthentic: false)
        refusals.add(.amount, isAuthentic: true)
        #expect(refusals.count(of: .address, isAuthentic: true) == 2)
        #expect(refusals.count(of: .address, isAuthentic: false) == 1)
        #expect(refusals.count(of: .amount, isAuthentic: true) == 1)
        #expect(refusals.count(of: .path, isAuthentic: false) == 0)
    }

    @Test func `every reason has a word of its own, and can occur`() {
        let words = RefusalReason.allCases.map(\.word)
        #expect(Set(words).count == words.count)
        for reason in RefusalReason.allCases {
            let cases = [true, false].filter { reason.isPossible(isAuthentic: $0) }
            #expect(!cases.isEmpty, "\(reason)")
        }
    }

    @Test func `a key keeps its counter over reloads`() {
        let keys = KeyCounters()
        let fingerprint = "0123456789abcdef"
        keys.counter(of: fingerprint).add()
        keys.counter(of: "fedcba9876543210").add()
        keys.counter(of: fingerprint).add()
        let values = keys.values.map { "\($0.key) \($0.count)" }
        #expect(values == ["0123456789ab 2", "fedcba987654 1"])
    }

    @Test func `responses are counted by code`() {
        let metrics = Metrics(startedMilliseconds: 0, log: Log(output: { _ in true }))
        #expect(metrics.responseCounts.map { "\($0.key) \($0.value)" } == ["2005600 0"])
        metrics.count(NotifyResponse.successful.code)
        metrics.count(NotifyResponse.stale.code)
        metrics.count(NotifyResponse.unauthorized.code)
        let counts = metrics.responseCounts.map { "\($0.key) \($0.value)" }
        #expect(counts.sorted() == ["2005600 1", "4015600 2"])
    }

    @Test func `the last reload is the one that counts`() {
        let reloads = ReloadCounter()
        #expect(reloads.isLastApplied)
        reloads.add(isApplied: false)
        #expect(!reloads.isLastApplied)
        reloads.add(isApplied: true)
        #expect(reloads.isLastApplied)
        #expect(reloads.applied.value == 1)
        #expect(reloads.refused.value == 1)
    }
}
