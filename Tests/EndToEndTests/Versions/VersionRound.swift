import Foundation
import Glibc
import Support

/// One upgrade under load: the older version, some starts of the newest one that are killed, and
/// one that serves; then a restart of the same version.
struct VersionRound {
    /// What it begins with.
    enum Source: CustomStringConvertible {
        /// The database of an older version.
        case fixture(String)
        /// A program of an older version, with what it receives.
        case program(String)

        var description: String {
            switch self {
            case .fixture(let name): name
            case .program: "the older program"
            }
        }
    }

    /// What was counted.
    struct Counts {
        var kills = 0
        var starts = 0
        var acknowledged = 0
        /// Connections that ended without a response; their callbacks were sent again.
        var cut = 0
        /// Connections that were refused, with a socket that is passed on and without.
        var refusedWithSocket = 0
        var refusedWithout = 0
        var waysBack = 0

        mutating func add(_ other: Counts) {
            kills += other.kills
            starts += other.starts
            acknowledged += other.acknowledged
            cut += other.cut
            refusedWithSocket += other.refusedWithSocket
            refusedWithout += other.refusedWithout
            waysBack += other.waysBack
        }
    }

    /// The schema of database-11.sql, from which a migration has several statements.
    private static let oldest = 11

    private let source: Source
    let scene: VersionScene
    private var random: SeededGenerator
    private(set) var counts = Counts()

    /// Of the database, when it was read last.
    private var version = 0

    /// The names of tables of each version that was seen.
    private var schemas: [Int: Set<String>] = [:]
    private var moments: [String] = []

    init(_ source: Source, passesSocket: Bool, seed: UInt64) throws {
        self.source = source
        random = SeededGenerator(seed: seed)
        let older = if case .program(let path) = source { path } else { Daemon.program }
        scene = try VersionScene(older: older, passesSocket: passesSocket)
    }

    /// What was broken, in words; empty when all promises were kept.
    var violations: [String] {
        let all = scene.findings.violations.map(\.description) + scene.feed.takeDifferences()
        return all.isEmpty ? [] : all + ["from \(source), killed \(moments)"]
    }

    private func fail(_ text: String, _ check: String) { scene.findings.add(text, by: check) }

    /// - Parameter isReturned: whether the older version is brought back at the end.
    mutating func run(isReturned: Bool = false) throws {
        let scene = scene
        defer { scene.end() }
        let load: RestartLoad
        switch source {
        case .fixture(let name):
            try scene.workspace.makeDatabase(of: name)
            try backUp(.newest)
            load = scene.startTraffic()
        case .program:
            let daemon = try scene.start(.older)
            load = scene.startTraffic()
            try wait(load, for: 20...80)
            try backUp(.older)
            try wait(load, for: 5...20)
            if Bool.random(using: &random) { try daemon.kill() } else { _ = try daemon.stop() }
        }
        var before = try scene.readCopy { try DatabaseRows($0) }
        before.leaveOutConsumer("soak")
        version = before.version
        schemas[version] = before.schema
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            try startAndKill(load)
            try check(before, load, "after a kill")
        }
        var daemon = try start()
        try wait(load, for: 10...30)
        _ = try daemon.stop()
        try check(before, load, "after a stop")
        daemon = try start()
        try wait(load, for: 5...20)
        try finish(daemon, load)
        if isReturned { try WayBack.prepare(scene, daemon) }
        _ = try daemon.stop()
        try check(before, load, "at the end")
        if isReturned {
            try WayBack(scene).run(acknowledged: load.soFar.accepted)
            counts.waysBack += 1
        }
    }

    private mutating func wait(_ load: RestartLoad, for range: ClosedRange<Int>) throws {
        if !load.waitForMore(Int.random(in: range, using: &random)) {
            fail("callbacks are not acknowledged: \(load.soFar.unexpected)", "it serves")
        }
    }

    private func backUp(_ version: VersionScene.Version) throws {
        let backup = try scene.commands(version).backup(to: WayBack.backup)
        if backup.end != .exited(0) { fail("\(backup)", "a backup before the upgrade") }
    }

    private mutating func start() throws -> Daemon {
        counts.starts += 1
        return try scene.start(.newest)
    }

    /// Starts the newest version, and kills it at a drawn moment.
    private mutating func startAndKill(_ load: RestartLoad) throws {
        counts.starts += 1
        counts.kills += 1
        let moment = KillMoment.draw(
            try KillMoment.counts.get(),
            isMigrating: version == Self.oldest,
            &random
        )
        moments.append("\(moment)")
        var goal = load.acceptedCount + 30
        var fault: CallFault?
        switch moment {
        case .call(let call): fault = call
        case .acknowledged(let count): goal = load.acceptedCount + count
        }
        let calls = FaultyCalls(in: scene.workspace, fault)
        calls.removeCounts()
        try calls.arm()
        do {
            let daemon = try scene.start(.newest, environment: calls.environment)
            // A call that it does not make so often: it is killed while it serves.
            while load.acceptedCount < goal, !daemon.process.errors.waitForEnd(withinSeconds: 0.01)
            {}
            try daemon.kill()
            let end = try daemon.process.wait()
            if end != .signalled(SIGKILL) { fail("\(end): \(daemon.log)", "it starts") }
        } catch let ended as Daemon.NotListening {
            if ended.end != .signalled(SIGKILL) { fail("\(moment): \(ended)", "it starts") }
        }
    }

    /// What a database holds that no program uses.
    private mutating func check(
        _ before: DatabaseRows,
        _ load: RestartLoad,
        _ moment: String
    ) throws {
        let acknowledged = Set(load.soFar.accepted.map(\.externalID))
        let head = scene.feed.head
        let (rows, content) = try scene.readCopy {
            (try DatabaseRows($0, like: before), try PowerCutContent($0))
        }
        version = rows.version
        for difference in before.differences(after: rows) {
            fail("\(moment), \(difference)", "what was there before is as it was")
        }
        let known = schemas[rows.version] ?? rows.schema
        schemas[rows.version] = known
        if rows.schema != known {
            let text = "\(moment), version \(rows.version) has \(rows.schema), not \(known)"
            fail(text, "a migration is done or not begun")
        }
        let kept = PowerCutPromises.Kept(acknowledged: acknowledged, head: head)
        let shown = scene.feed.entries(after: 0).map { ($0.sequence, $0.reference) }
        let problems = content?.problems(kept, shown: Dictionary(uniqueKeysWithValues: shown))
        for problem in problems ?? ["no tables"] {
            fail("\(moment), \(problem)", "what was acknowledged and shown is there")
        }
    }

    /// Lets everything come to rest, and looks at it through the API.
    private mutating func finish(_ daemon: Daemon, _ load: RestartLoad) throws {
        guard let outcome = load.end() else { return fail("clients do not end", "it serves") }
        counts.acknowledged = outcome.accepted.count
        counts.cut = outcome.endedCount
        if scene.socket != nil {
            counts.refusedWithSocket = outcome.refused.count
            for refused in outcome.refused { fail(refused, "a passed socket refuses nothing") }
        } else {
            counts.refusedWithout = outcome.refused.count
        }
        for text in outcome.unexpected { fail(text, "every callback is acknowledged") }
        let feed = try daemon.feed()
        let references = Dictionary(grouping: feed) { $0["partnerReferenceNo"].text ?? "" }
        for callback in outcome.accepted where references[callback.merchant]?.count != 1 {
            let found = references[callback.merchant] ?? []
            fail("\(callback.merchant): \(found)", "each callback is in the feed once")
        }
        if !scene.waitForReaders(head: feed.count) {
            let offsets = scene.readers.map { "\($0.name) at \($0.offset)" }
            fail("\(offsets), the head is \(feed.count)", "readers advance")
        }
        for reader in scene.readers { reader.end() }
        let backup = try scene.commands(.newest).backup(to: "after.db")
        let verified = try scene.commands(.newest).verify("after.db")
        if backup.end != .exited(0) || verified.end != .exited(0) {
            fail("\(backup), \(verified)", "a backup of it is sound")
        }
    }
}
