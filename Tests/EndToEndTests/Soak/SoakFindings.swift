import Foundation

/// What a soak has counted and what it has found, shared by all of its threads.
final class SoakFindings: @unchecked Sendable {
    /// A promise that was not kept.
    struct Violation: Sendable, CustomStringConvertible {
        /// The name of the check that found it.
        let check: String
        let text: String

        /// Since the start.
        let milliseconds: Int

        var description: String { "\(check), after \(milliseconds) ms: \(text)" }
    }

    /// The counted kinds, in the order of the table.
    enum Count: String, CaseIterable, Sendable {
        case steps, payments, acknowledged = "callbacks acknowledged"
        case transitions = "transitions in the feed"
        case given = "transitions given to readers"
        case kills, stops, freezes, cuts = "connections cut", crashes = "consumers' crashes"
        case decisions = "operators' decisions", reloads, backups
        case peakKilobytes = "peak memory of the receiver, KiB"
    }

    private let start = Date()
    private let lock = NSLock()
    private var found: [Violation] = []
    private var counts: [Count: Int] = [:]
    private var checks: [String: Int] = [:]

    /// Since the start.
    var milliseconds: Int { Int(Date().timeIntervalSince(start) * 1_000) }

    /// What was found, the first one first.
    var violations: [Violation] { lock.withLock { found } }

    /// The first few of each check are kept: one mistake is often found again and again.
    func add(_ text: String, by check: String) {
        let violation = Violation(check: check, text: text, milliseconds: milliseconds)
        lock.withLock {
            if found.count(where: { $0.check == check }) < 3 { found.append(violation) }
        }
    }

    func count(_ count: Count, _ number: Int = 1) {
        lock.withLock { counts[count, default: 0] += number }
    }

    /// Keeps the largest number.
    func peak(_ count: Count, _ number: Int) {
        lock.withLock { counts[count] = max(counts[count] ?? 0, number) }
    }

    /// Counts one check by an invariant.
    func countCheck(_ name: String) { lock.withLock { checks[name, default: 0] += 1 } }

    func number(of count: Count) -> Int { lock.withLock { counts[count] ?? 0 } }

    /// How often each invariant was checked.
    var checkCounts: [String: Int] { lock.withLock { checks } }
}
