import Foundation
import Support
import Testing

/// All that can happen, at once, drawn from a seed: every promise holds all the time.
@Suite(.onSQLite, .blocking)
struct SoakTests {
    private static let environment = ProcessInfo.processInfo.environment

    /// `scripts/soak` gives the seed, the time, a plan instead of them, and what to do.
    private static let seed = environment["SOAK_SEED"].flatMap { UInt64($0) } ?? 20_261_130
    private static let seconds = environment["SOAK_SECONDS"].flatMap { Int($0) } ?? 15
    private static let roundsMax = environment["SOAK_SHRINK"].flatMap { Int($0) } ?? 0

    @Test func `whatever happens, every promise holds all the time`() throws {
        let plan =
            try Self.environment["SOAK_PLAN"].map {
                try SoakPlan(text: String(contentsOfFile: $0, encoding: .utf8))
            } ?? SoakPlan(seed: Self.seed, seconds: Self.seconds)
        if let file = Self.environment["SOAK_PRINT"] {
            try plan.description.write(toFile: file, atomically: true, encoding: .utf8)
            return
        }
        let run = try SoakRun(plan, showsProgress: Self.environment["SOAK_PROGRESS"] != nil)
        run.run()
        let report = SoakReport(plan, run.findings)
        print(report)
        for violation in run.findings.violations { Issue.record("\(violation)") }
        if let first = run.findings.violations.first, Self.roundsMax > 0 {
            try Self.shrink(plan, first)
        }
    }

    /// Prints the shortest plan that still fails in the same check.
    private static func shrink(_ plan: SoakPlan, _ first: SoakFindings.Violation) throws {
        var shrinker = SoakShrinker(roundsMax: roundsMax)
        let smallest = shrinker.shrink(plan, failedAfter: first.milliseconds) { candidate in
            guard let run = try? SoakRun(candidate) else { return false }
            run.run()
            let fails = run.findings.violations.contains { $0.check == first.check }
            print("shrink: \(candidate.steps.count) steps \(fails ? "fail" : "pass")")
            return fails
        }
        print("shrink: \(smallest.steps.count) steps after \(shrinker.rounds) rounds:")
        print(smallest)
        if let file = environment["SOAK_SHRUNK"] {
            try smallest.description.write(toFile: file, atomically: true, encoding: .utf8)
        }
    }

    @Test func `a seed gives one plan, which is the same when it is read back`() throws {
        let plan = SoakPlan(seed: 7, seconds: 60)
        #expect(plan == SoakPlan(seed: 7, seconds: 60))
        #expect(plan != SoakPlan(seed: 8, seconds: 60))
        #expect(try SoakPlan(text: "# a remark\n\n\(plan)") == plan)
        let verbs = Set(plan.steps.map(\.verb))
        #expect(verbs == Set(SoakStep.Verb.allCases))
    }

    @Test(arguments: [
        "", "pay", "seed x", "seed 1\nx stop", "seed 1\n5 jump", "seed 1\n5 stop now",
        "seed 1\n-1 stop",
    ])
    func `what is no plan is refused`(text: String) {
        #expect(throws: SoakStep.Malformed.self) { try SoakPlan(text: text) }
    }

    @Test func `a plan is shrunk to the steps that make it fail`() {
        let plan = SoakPlan(seed: 7, seconds: 60)
        let kill = plan.steps.first { $0.verb == .kill }?.milliseconds ?? 0
        var shrinker = SoakShrinker(roundsMax: 500)
        // Fails when a payment is generated and a kill follows.
        let smallest = shrinker.shrink(plan, failedAfter: kill + 5_000) { candidate in
            let verbs = candidate.steps.map(\.verb)
            guard let first = verbs.firstIndex(of: .generate) else { return false }
            return verbs[first...].contains(.kill)
        }
        #expect(smallest.steps.map(\.verb) == [.generate, .kill])
        #expect(smallest.steps[1].milliseconds <= 2_000)
    }
}
