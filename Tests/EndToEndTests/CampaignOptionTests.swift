import Support
import Testing

/// The options of the campaigns: a wrong value is named before anything is built.
@Suite(.blocking)
struct CampaignOptionTests {
    @Test(
        arguments: [
            ("rot", ["--rounds", "0"], "rot: --rounds: expected a whole number from 1"),
            ("power-cuts", ["--seed", "x"], "power-cuts: --seed: expected a whole number"),
            ("call-faults", ["--seed", "-1"], "call-faults: --seed: expected a whole number"),
            ("call-faults", ["--numbers"], "call-faults: --numbers: expected a value"),
            ("years", ["--per-day", "2"], "years: --per-day: expected 3 or more, found \"2\""),
            ("years", ["--from", "2028"], "years: --from: expected a day"),
            ("years", ["--from", "2028-13-01"], "years: --from: \"2028-13-01\" is not a day"),
            ("soak", ["--minutes", "1m"], "soak: --minutes: expected a number"),
            ("soak", ["--plan", "none.plan"], "soak: --plan: there is no file \"none.plan\""),
            ("versions", ["--program", "none"], "versions: --program: expected a program"),
            ("versions", ["--old", "none"], "build-commit: expected a commit"),
            ("rot", ["--round", "3"], "rot: unknown option \"--round\""),
        ] as [(String, [String], String)]
    )
    func `a wrong option is named`(script: String, options: [String], text: String) throws {
        let path = "\(Fixture.directory)/../../scripts/\(script)"
        let result = try ChildProcess.run(path, options)
        #expect(result.end == .exited(64))
        #expect(result.errors.contains { $0.hasPrefix(text) }, "\(result.errors)")
        #expect(result.output.isEmpty)
    }
}
