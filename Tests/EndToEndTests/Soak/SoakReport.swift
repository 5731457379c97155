/// The table at the end of a soak.
struct SoakReport: CustomStringConvertible {
    private let plan: SoakPlan
    private let findings: SoakFindings

    init(_ plan: SoakPlan, _ findings: SoakFindings) {
        self.plan = plan
        self.findings = findings
    }

    var description: String {
        var rows = [("seed", "\(plan.seed)"), ("seconds", "\(findings.milliseconds / 1_000)")]
        rows += SoakFindings.Count.allCases.map { ($0.rawValue, "\(findings.number(of: $0))") }
        let checks = findings.checkCounts
        rows.append(("checks", "\(checks.values.reduce(0, +))"))
        rows += SoakInvariants.all.map { invariant in
            ("  " + invariant.name, "\(checks[invariant.name] ?? 0)")
        }
        rows.append(("violations", "\(findings.violations.count)"))
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { name, value in
            name + String(repeating: " ", count: width - name.count + 2) + value
        }.joined(separator: "\n")
    }
}
