/// Finds a short plan that still fails: removes parts of the steps as long as what is left fails
/// (delta debugging, Zeller and Hildebrandt, IEEE TSE 28(2), 2002).
struct SoakShrinker {
    /// Runs of a plan at most.
    let roundsMax: Int

    /// How many runs there were.
    private(set) var rounds = 0

    init(roundsMax: Int) { self.roundsMax = roundsMax }

    /// - Parameters:
    ///   - plan: one that failed.
    ///   - milliseconds: when it failed. What was to come later is left out first.
    ///   - fails: runs a plan.
    mutating func shrink(
        _ plan: SoakPlan,
        failedAfter milliseconds: Int,
        _ fails: (SoakPlan) -> Bool
    ) -> SoakPlan {
        var plan = plan
        let early = plan.steps.filter { $0.milliseconds <= milliseconds }
        if early.count < plan.steps.count { attempt(early, &plan, fails) }
        // What belongs together, such as all operators' steps, often is not needed at all.
        for verb in SoakStep.Verb.allCases {
            let rest = plan.steps.filter { $0.verb != verb }
            if rest.count < plan.steps.count { attempt(rest, &plan, fails) }
        }
        var parts = 2
        while plan.steps.count > 1, rounds < roundsMax {
            let size = (plan.steps.count + parts - 1) / parts
            var isSmaller = false
            var start = 0
            while start < plan.steps.count, rounds < roundsMax {
                var rest = plan.steps
                rest.removeSubrange(start..<min(start + size, rest.count))
                if attempt(rest, &plan, fails) { isSmaller = true } else { start += size }
            }
            if size == 1, !isSmaller { break }
            parts = isSmaller ? max(parts - 1, 2) : min(parts * 2, plan.steps.count)
        }
        return plan
    }

    /// Takes the steps as the plan if they fail, too, with the pauses between them shortened where
    /// that fails as well.
    @discardableResult
    private mutating func attempt(
        _ steps: [SoakStep],
        _ plan: inout SoakPlan,
        _ fails: (SoakPlan) -> Bool
    ) -> Bool {
        guard rounds < roundsMax, !steps.isEmpty else { return false }
        rounds += 1
        let candidate = SoakPlan(seed: plan.seed, steps: Self.closer(steps))
        guard fails(candidate) else { return false }
        plan = candidate
        return true
    }

    /// The steps without pauses of more than a second.
    private static func closer(_ steps: [SoakStep]) -> [SoakStep] {
        var (removed, last) = (0, 0)
        return steps.map { step in
            removed += max(0, step.milliseconds - last - 1_000)
            last = step.milliseconds
            var step = step
            step.milliseconds -= removed
            return step
        }
    }
}
