import Foundation
import Support
import Testing

/// System calls that fail: what a receiver has acknowledged stays, what it refuses is not half
/// done, and it recovers without a restart.
@Suite(.onSQLite, .blocking)
struct CallFaultTests {
    private static func setting(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    /// For each kind of call and file, how many calls fail, a round each; `scripts/call-faults`
    /// asks for more.
    private static let numbers = setting("CALL_FAULT_NUMBERS") ?? 2

    /// Selects which of them.
    private static let seed = UInt64(setting("CALL_FAULT_SEED") ?? 20_261_129)

    /// Only faults of this call, where it is given.
    private static let call = ProcessInfo.processInfo.environment["CALL_FAULT_CALL"]

    /// Rounds at once.
    private static let lanes = 2

    @Test func `whichever call fails, nothing acknowledged is lost and nothing refused half done`()
        throws
    {
        let dry = try FaultRound(nil)
        dry.run()
        #expect(dry.violations.isEmpty, "without a fault")
        let faults = Self.faults(try #require(dry.counts))
        let results = Concurrent.map(count: Self.lanes) { lane in
            faults.indices.filter { $0 % Self.lanes == lane }.map { index in
                Result(faults[index], isKilled: (index / Self.lanes) % 2 == 1)
            }
        }.flatMap { $0 }
        for result in results where !result.violations.isEmpty {
            Issue.record("\(result.fault): \(result.violations.joined(separator: "\n"))")
        }
        let sum = { (value: (Result) -> Int) in results.reduce(0) { $0 + value($1) } }
        print(
            "call-faults: \(results.count) rounds, \(sum(\.faults)) faults, "
                + "\(sum(\.acknowledged)) callbacks acknowledged, \(sum(\.refused)) steps refused, "
                + "\(sum(\.endsAtStart)) ends at the start"
        )
        #expect(sum(\.faults) > results.count / 2, "most faults happen")
    }

    /// What a round left.
    private struct Result: Sendable {
        let fault: CallFault
        var violations: [String]
        var (faults, acknowledged, refused, endsAtStart) = (0, 0, 0, 0)

        init(_ fault: CallFault, isKilled: Bool) {
            self.fault = fault
            do {
                let round = try FaultRound(fault, isKilled: isKilled)
                round.run()
                violations = round.violations
                faults = round.counts?.faultCount ?? 0
                acknowledged = round.workload.acknowledgedCount
                refused = round.workload.refusedCount
                endsAtStart = round.endedAtStart ? 1 : 0
            } catch {
                violations = ["\(error)"]
            }
        }
    }

    /// Calls of every kind about every file, from the first to the last, with all faults in turn;
    /// each fifth of those that can last does.
    private static func faults(_ counts: CallCounts) -> [CallFault] {
        var random = SeededGenerator(seed: seed)
        var faults: [CallFault] = []
        let subjects = counts.calls.sorted {
            ($0.key.call, $0.key.file) < ($1.key.call, $1.key.file)
        }
        for (subject, count) in subjects where call == nil || subject.call == call {
            guard let kinds = CallFault.faults[subject.call], count > 0
            else { continue }
            let wanted = min(numbers, count)
            for index in 0..<wanted {
                let bounds = (index * count / wanted + 1)...((index + 1) * count / wanted)
                let number = Int.random(in: bounds, using: &random)
                let fault =
                    faults.count % 16 == 15
                    ? ["slow:5", "slow:5000"][faults.count / 16 % 2]
                    : kinds[faults.count % kinds.count]
                let lasts = CallFault.canLast(fault) && Int.random(in: 0..<5, using: &random) == 0
                faults.append(
                    CallFault(subject: subject, number: number, isLasting: lasts, fault: fault)
                )
            }
        }
        return faults
    }

    /// Among so many calls in a row is the release of the writer's lock, and of a lock that only
    /// readers need; under load a round may make fewer calls (`StuckLockTests` has each for
    /// certain).
    private static let releases =
        (241...248).map { ($0, "ENOLCK") } + (386...390).map { ($0, "EINTR") }

    @Test(arguments: releases)
    func `a lock that could not be released is not waited for until a restart`(
        number: Int,
        fault: String
    ) throws {
        let subject = CallFault.Subject(call: "fcntl", file: "receiver.db-shm")
        let round = try FaultRound(CallFault(subject: subject, number: number, fault: fault))
        round.run()
        #expect(try #require(round.counts).faultCount <= 1)
        #expect(round.violations.isEmpty, "\(round.violations.joined(separator: "\n"))")
    }

    @Test func `a disk that reports a write and forgets it is noticed by these checks`() throws {
        let log = CallFault.Subject(call: "write", file: "receiver.db-wal")
        let fault = CallFault(subject: log, number: 20, fault: "lost")
        let round = try FaultRound(fault, isKilled: true)
        round.run(patienceSeconds: 1)
        #expect(try #require(round.counts).faultCount == 1)
        #expect(!round.violations.isEmpty)
    }
}
