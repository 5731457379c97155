import Foundation
import Support
import Testing

/// Damaged files: whatever is changed in them is noticed or harmless, and never shown as truth.
@Suite(.onSQLite, .blocking)
struct RotTests {
    private static func setting(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    /// How many damages; `scripts/rot` asks for more.
    private static let rounds = setting("ROT_ROUNDS") ?? 48

    private static let seed = UInt64(setting("ROT_SEED") ?? 20_261_130)

    /// Scenes at once.
    private static let lanes = 2

    /// The files that are damaged at each moment, the more often the more of what is promised
    /// they hold.
    private static let files: [RotDamage.Moment: [String]] = [
        .stopped: Array(repeating: "receiver.db", count: 6)
            + Array(repeating: "backup.db", count: 4)
            + ["receiver.db-lookup", "receiver.db-lookup", "receiver.db-refused"]
            + ["receiver.db.lock", "receiver.db-reserve", "config.json5", "cashin-public.pem"]
            + ["merchant-private.pem", "ops.token"],
        .killed: Array(repeating: "receiver.db-wal", count: 6)
            + ["receiver.db", "receiver.db-shm", "receiver.db-lookup", "receiver.db-refused"]
            + ["receiver.db-lookup-wal", "receiver.db-refused-wal"],
        .running: Array(repeating: "receiver.db", count: 4)
            + Array(repeating: "receiver.db-wal", count: 4)
            + ["receiver.db-lookup", "receiver.db-refused"],
    ]

    @Test func `what is damaged is noticed or harmless, and never shown as truth`() throws {
        let damages = Self.damages()
        let results = Concurrent.map(count: Self.lanes) { lane in
            Self.run(damages.indices.filter { $0 % Self.lanes == lane }.map { damages[$0] })
        }.flatMap { $0 }
        for result in results where result.verdict == .violated {
            Issue.record("\(result.damage): \(result.violations.joined(separator: "\n"))")
        }
        var counts: [String: Int] = [:]
        for result in results { counts["\(result.name)", default: 0] += 1 }
        let list = counts.sorted { $0.key < $1.key }.map { "\($1) \($0)" }
        print("rot: seed \(Self.seed), \(results.count) rounds: \(list.joined(separator: ", "))")
        #expect(results.count { $0.name.hasPrefix("detected") } > results.count / 4)
    }

    private struct Result: Sendable {
        let damage: RotDamage
        var verdict: RotRound.Verdict?
        var violations: [String] = []

        var name: String {
            switch verdict {
            case .detected(let by): "detected by \(by)"
            case .harmless: "harmless"
            case .taken: "older pages taken"
            case .violated: "violations"
            case nil: "without effect"
            }
        }
    }

    private static func run(_ damages: [RotDamage]) -> [Result] {
        do {
            let scene = try RotScene()
            return damages.map { damage in
                var result = Result(damage: damage)
                do {
                    var round = try RotRound(scene, damage)
                    result.verdict = try round.run()
                    result.violations = round.violations
                } catch {
                    (result.verdict, result.violations) = (.violated, ["\(error)"])
                }
                return result
            }
        } catch {
            return damages.prefix(1).map {
                Result(damage: $0, verdict: .violated, violations: ["\(error)"])
            }
        }
    }

    /// All moments, files and kinds in turn.
    private static func damages() -> [RotDamage] {
        var random = SeededGenerator(seed: seed)
        return (0..<rounds).map { index in
            let moment = RotDamage.Moment.allCases[index % 3]
            let names = files[moment] ?? []
            let name = names[index / 3 % names.count]
            var kind = RotDamage.Kind.bit
            if !Bool.random(using: &random) {
                kind = RotDamage.Kind.allCases.randomElement(using: &random) ?? .bit
            }
            if kind == .older, name != "receiver.db" { kind = .zeros }
            return RotDamage(
                kind: kind,
                moment: moment,
                file: name,
                seed: UInt64.random(in: .min ... .max, using: &random)
            )
        }
    }
}
