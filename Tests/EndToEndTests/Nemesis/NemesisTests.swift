import Foundation
import Support
import Testing

/// Two receivers on PostgreSQL while processes are killed and stopped, disks are full, networks
/// fail, waits are cancelled and standbys are promoted. `scripts/nemesis` runs more rounds.
@Suite(
    .blocking,
    .serialized,
    .enabled(if: PostgreSQLCluster.isInstalled, "PostgreSQL is not installed")
)
struct NemesisTests {
    private static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    @Test func `what was acknowledged is in every later read, whatever fails`() throws {
        let seed = UInt64(Self.number("NEMESIS_SEED") ?? 20_261_130)
        var random = SeededGenerator(seed: seed)
        let faults =
            Self.number("NEMESIS_ROUNDS").map { rounds in
                (0..<rounds).map { _ in
                    NemesisFault.allCases.randomElement(using: &random) ?? .nothing
                }
            } ?? NemesisFault.short
        let hasNamespaces = Self.number("NEMESIS_ROUNDS") != nil && NetworkNamespace.isPossible
        let scene = try NemesisScene(hasNamespaces: hasNamespaces)
        let record = NemesisRecord()
        let clients = NemesisClients(of: scene.receivers, record, seed: seed)
        do {
            try Self.run(faults, on: scene, record, &random)
        } catch {
            record.violate("\(error)")
        }
        clients.finish()
        check(scene, record)
        #expect(record.violations.isEmpty, "seed \(seed): \(record.violations.prefix(10))")
    }

    /// Lets the scene suffer one fault after the other, until a promise is broken.
    private static func run(
        _ faults: [NemesisFault],
        on scene: NemesisScene,
        _ record: NemesisRecord,
        _ random: inout SeededGenerator
    ) throws {
        for (index, fault) in faults.enumerated() where record.violations.isEmpty {
            record.hasTwoPrimaries = fault == .promotedBesideOldPrimary
            try scene.suffer(fault, &random)
            try scene.waitUntilReady()
            record.hasTwoPrimaries = false
            if number("NEMESIS_ROUNDS") != nil {
                print(
                    "nemesis: \(index + 1) \(fault), \(record.references.count) acknowledged, "
                        + "\(record.refusedCount) refused"
                )
            }
        }
    }

    /// Both feeds are in one order; each payment has one success, and each code one call.
    private func check(_ scene: NemesisScene, _ record: NemesisRecord) {
        let readers = scene.receivers.map { NemesisReader(of: $0, named: "at the end", record) }
        for reader in readers { #expect(reader.read()) }
        // A call that was under way may have ended between the two reads.
        let count = readers.map(\.transitions.count).min() ?? 0
        let heads = readers.map { $0.transitions.prefix(count) }
        if heads[0] != heads[1] { Issue.record("the feeds differ") }
        let successes = readers[0].transitions.filter { $0.hasSuffix(" success") }.map {
            String($0.split(separator: " ")[1])
        }
        #expect(successes.count == Set(successes).count)
        #expect(Set(successes) == Set(record.references))
        #expect(!record.references.isEmpty)
        let payments = (try? scene.gateway.payments().count) ?? 0
        #expect(scene.gateway.requestCount("generate") == payments)
        print(
            "nemesis: \(successes.count) payments, \(record.refusedCount) refused, "
                + "\(payments) codes"
        )
    }
}
