import Foundation
import Support
import Testing

/// Versions: an upgrade under load loses nothing wherever it is killed, and there is a way back.
@Suite(.onSQLite, .blocking)
struct VersionTests {
    private static let environment = ProcessInfo.processInfo.environment

    /// How many upgrades; `scripts/versions` asks for more.
    private static let rounds = environment["VERSION_ROUNDS"].flatMap { Int($0) } ?? 4

    private static let seed = environment["VERSION_SEED"].flatMap { UInt64($0) } ?? 20_261_130

    /// The program of an older version, from which every second upgrade begins then.
    private static let older = environment["VERSION_OLDER"]

    /// Of so many rounds, the last one leads back.
    private static let roundsOfWayBack = 4

    /// Upgrades at once.
    private static let lanes = 2

    private static let fixtures = ["database-11.sql", "database-12.sql", "database-13.sql"]

    @Test func `an upgrade under load that is killed anywhere loses nothing, and can be undone`()
        throws
    {
        let results = Concurrent.map(count: Self.lanes) { lane in
            (0..<Self.rounds).filter { $0 % Self.lanes == lane }.map { Self.run($0) }
        }.flatMap { $0 }
        var sum = VersionRound.Counts()
        for result in results {
            sum.add(result.counts)
            for violation in result.violations.prefix(5) { Issue.record("\(violation)") }
        }
        print(
            "versions: seed \(Self.seed), \(results.count) upgrades, \(sum.starts) starts, "
                + "\(sum.kills) kills, \(sum.acknowledged) callbacks acknowledged, "
                + "\(sum.cut) connections cut, refused with a passed socket "
                + "\(sum.refusedWithSocket), without \(sum.refusedWithout), \(sum.waysBack) ways "
                + "back, \(results.reduce(0) { $0 + $1.violations.count }) violations"
        )
        #expect(sum.acknowledged > 0)
        #expect(sum.waysBack == Self.rounds / Self.roundsOfWayBack)
    }

    private typealias Result = (counts: VersionRound.Counts, violations: [String])

    /// The socket is passed on in two of three rounds.
    private static func run(_ index: Int) -> Result {
        var source = VersionRound.Source.fixture(fixtures[index % fixtures.count])
        // Every second one of each lane.
        if let older, index / lanes % 2 == 1 { source = .program(older) }
        do {
            var round = try VersionRound(
                source,
                passesSocket: index % 3 != 1,
                seed: seed &+ UInt64(index)
            )
            do {
                let isReturned = (index + 1).isMultiple(of: roundsOfWayBack)
                try round.run(isReturned: isReturned)
            } catch {
                return (round.counts, round.violations + ["\(source): \(error)"])
            }
            return (round.counts, round.violations)
        } catch {
            return (.init(), ["\(source): \(error)"])
        }
    }

    @Test(arguments: [
        "DELETE FROM consumers", "UPDATE transitions SET amount = 1 WHERE sequence = 5",
        "DELETE FROM callback_contents WHERE id = 1",
        "UPDATE meta SET value = '' WHERE key = 'feed'",
    ])
    func `a row that an upgrade loses or changes is noticed`(change: String) throws {
        let workspace = try Workspace()
        try workspace.makeDatabase(of: "database-11.sql")
        let before = try DatabaseRows(workspace.database)
        #expect(try before.differences(after: DatabaseRows(workspace.database)) == [])
        try workspace.runSQL(change)
        #expect(try before.differences(after: DatabaseRows(workspace.database)).count == 1)
    }

    @Test func `a configuration of 0_2_0 is valid, and an unknown key is named`() throws {
        let workspace = try Workspace(confirms: "unproven")
        let file = workspace.directory + "older.json5"
        let text: String
        if let older = Self.older {
            try FileManager.default.createDirectory(
                atPath: workspace.directory + "made",
                withIntermediateDirectories: true
            )
            let made = try ChildProcess.run(older, ["init", "--dir", workspace.directory + "made"])
            #expect(made.end == .exited(0), "\(made.errors)")
            text = try String(
                contentsOfFile: workspace.directory + "made/config.json5",
                encoding: .utf8
            )
        } else {
            text = try Fixture.text("config-0.2.0.json5")
        }
        let filled = text.replacing(
            "publicURL: \"\"",
            with: "publicURL: \"\(Workspace.publicURL)\""
        )
        .replacing("clientId: \"\"", with: "clientId: \"\(Workspace.clientID)\"")
        .replacing("merchantId: \"\"", with: "merchantId: \"\(Workspace.merchantID)\"")
        try workspace.write(filled, to: "older.json5")
        let check = try ChildProcess.run(Daemon.program, ["check-config", "--config", file])
        #expect(check.end == .exited(0), "\(check.errors)")
        #expect(check.output.contains { $0.contains("clientId: \"\(Workspace.clientID)\"") })

        // A key of a later version, for each program that does not know it.
        let later = filled.replacing("storage: {", with: "storage: { laterKey: true,")
        try workspace.write(later, to: "older.json5")
        for program in [Daemon.program] + [Self.older].compactMap({ $0 }) {
            let refused = try ChildProcess.run(program, ["check-config", "--config", file])
            #expect(refused.end == .exited(78))
            #expect(refused.errors.contains { $0.contains("storage.laterKey: ") }, "\(refused)")
        }
    }
}
