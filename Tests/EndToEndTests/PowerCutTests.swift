import Foundation
import Support
import Testing

/// Power cuts: what a receiver has acknowledged, shown and reported as done is on the disk when it
/// says so, and what is left is a database that it starts with.
@Suite(.onSQLite, .blocking)
struct PowerCutTests {
    private static func setting(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    /// The cuts of each scenario; `scripts/power-cuts` asks for more.
    private static let cuts = setting("POWER_CUTS") ?? 400

    private static let seed = UInt64(setting("POWER_CUT_SEED") ?? 20_261_130)

    private static func report(_ results: [(name: String, PowerCutRun.Result)]) {
        var sum = PowerCutRun.Result()
        for (name, result) in results {
            print(
                "power-cuts: \(name): \(result.cuts) cuts, \(result.starts) starts, "
                    + "\(result.violations.count) violations"
            )
            sum.add(result)
        }
        for violation in sum.violations.prefix(10) { Issue.record("\(violation)") }
        #expect(sum.violations.isEmpty, "\(sum.violations.count) violations")
        #expect(sum.starts > 0)
    }

    private static func check(_ scenarios: [PowerCutScenario]) {
        let run = PowerCutRun(seed: seed, cuts: cuts, starts: max(cuts / 100, 2))
        report(scenarios.map { ($0.name, run.check($0)) })
    }

    @Test func `what was promised is there after a power cut at any write and sync`() throws {
        let receiver = try RecordedReceiver()
        let life = try receiver.runLife()
        let migration = try RecordedReceiver().runMigration()
        Self.check([life, try receiver.runRestore(), migration])
    }

    /// Nothing but a receiver knows whether an index is right, and whether it starts.
    private static func startEach(_ count: Int, _ scenario: PowerCutScenario) {
        let run = PowerCutRun(seed: seed, cuts: count, starts: count)
        report([(scenario.name, run.check(scenario))])
    }

    @Test func `a reference index that a power cut has left is continued or made again`() throws {
        Self.startEach(max(Self.cuts / 50, 4), try RecordedReceiver().runIndex())
    }

    @Test func `a first start that a power cut has ended is made again`() throws {
        Self.startEach(max(Self.cuts / 25, 4), try RecordedReceiver().runFirstStart())
    }

    @Test func `a sync that failed takes nothing with it that is acknowledged later`() throws {
        let runs = [(5, false), (5, true), (9, true)]
        let failed = try runs.map { number, isKilled in
            try RecordedReceiver().runFailedSync(number, isKilled: isKilled)
        }
        Self.check(try failed + [RecordedReceiver().runFailedCheckpoint()])
    }

    /// Ways in which a disk or a program is worse than it says.
    enum Weakness: String, CaseIterable {
        case withoutSyncOfWAL, withoutSyncOfDirectory, withoutSyncOfBackup, acknowledgesFirst
    }

    @Test func `a receiver that promises too early is noticed by these checks`() throws {
        let receiver = try RecordedReceiver()
        let life = try receiver.runLife()
        let restore = try receiver.runRestore()
        let run = PowerCutRun(seed: Self.seed, cuts: 120, starts: 0)
        for weakness in Weakness.allCases {
            let whole = weakness == .withoutSyncOfDirectory ? restore : life
            let result = run.check(weakness.weakened(whole))
            print("power-cuts: \(weakness.rawValue): \(result.violations.count) violations")
            #expect(!result.violations.isEmpty, "\(weakness.rawValue)")
        }
    }
}

extension PowerCutTests.Weakness {
    /// The same work, with fewer or later syncs.
    func weakened(_ scenario: PowerCutScenario) -> PowerCutScenario {
        var events: [DiskEvent] = []
        for event in scenario.events {
            if case .syncBegins(let file, let name, _) = event {
                switch self {
                case .withoutSyncOfWAL: if name == "receiver.db-wal" { continue }
                case .withoutSyncOfDirectory: if file == nil { continue }
                case .withoutSyncOfBackup: if name.hasPrefix("backup.db") { continue }
                case .acknowledgesFirst: break
                }
            }
            // Before the writes of its commit, which are the event before the sync.
            if self == .acknowledgesFirst, case .sent = event, events.count > 4 {
                events.insert(event, at: events.count - 4)
            } else {
                events.append(event)
            }
        }
        return PowerCutScenario(
            name: "\(scenario.name) \(rawValue)",
            initial: scenario.initial,
            events: events,
            rule: scenario.rule
        )
    }
}
