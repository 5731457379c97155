import Foundation
import Support

/// Cuts the power of a recorded receiver again and again, and checks what is left.
struct PowerCutRun: Sendable {
    /// What was done, and what was found.
    struct Result: Sendable {
        /// Power cuts whose files were checked with SQLite alone.
        var cuts = 0
        /// Power cuts after which the built receiver was started.
        var starts = 0
        var violations: [String] = []

        mutating func add(_ other: Result) {
            cuts += other.cuts
            starts += other.starts
            violations += other.violations
        }
    }

    let seed: UInt64

    /// How many cuts there are, at events from the first to the last; several at one event when
    /// there are more of them.
    let cuts: Int

    /// After how many of these the built receiver is started.
    let starts: Int

    /// Cuts at once.
    private static let lanes = 2

    func check(_ scenario: PowerCutScenario) -> Result {
        let places = scenario.events.indices.filter { scenario.events[$0].isCut }
        let results = Concurrent.map(count: Self.lanes) { lane in
            var result = Result()
            self.check(scenario, at: places, lane: lane, into: &result)
            return result
        }
        return results.reduce(into: Result()) { $0.add($1) }
    }

    /// The cuts of one lane: each second one.
    private func check(
        _ scenario: PowerCutScenario,
        at places: [Int],
        lane: Int,
        into result: inout Result
    ) {
        var (disk, promises) = (scenario.initial, PowerCutPromises())
        var next = lane
        for (index, event) in scenario.events.enumerated() {
            disk.apply(event)
            promises.apply(event)
            while next < cuts, places[next * places.count / cuts] == index {
                defer { next += Self.lanes }
                var random = SeededGenerator(seed: seed &+ UInt64(next) &* 0x9E37_79B9)
                let loss = DiskLoss.random(using: &random)
                let isStarted = next * starts / cuts != (next + 1) * starts / cuts
                let found = problems(scenario, disk, promises, loss, isStarted, &random)
                result.cuts += 1
                result.starts += isStarted ? 1 : 0
                for problem in found {
                    let place = "\(scenario.name), seed \(seed), cut \(next) of \(cuts)"
                    result.violations.append("\(place), event \(index), \(loss): \(problem)")
                }
            }
        }
    }

    private func problems(
        _ scenario: PowerCutScenario,
        _ disk: DiskModel,
        _ promises: PowerCutPromises,
        _ loss: DiskLoss,
        _ isStarted: Bool,
        _ random: inout SeededGenerator
    ) -> [String] {
        do {
            let files = disk.files(after: loss, using: &random) {
                isStarted || !$0.contains("-lookup") && !$0.contains("-refused")
            }
            if isStarted {
                let problems = try RestartAfterPowerCut(scenario, files).problems(promises)
                if !problems.isEmpty { return problems }
            }
            let directory =
                FileManager.default.temporaryDirectory.path + "/cr-\(Unique.text("cut"))/"
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true
            )
            defer { try? FileManager.default.removeItem(atPath: directory) }
            try files.write(to: directory)
            return try scenario.rule.problems(in: directory, promises)
        } catch {
            return ["\(error)"]
        }
    }
}

extension [String: [UInt8]] {
    /// Writes each file under its name.
    func write(to directory: String) throws {
        for (name, bytes) in self {
            try Data(bytes).write(to: URL(fileURLWithPath: directory + name))
        }
    }
}

/// The built receiver on the files that a power cut has left.
struct RestartAfterPowerCut {
    private let scenario: PowerCutScenario
    private let workspace: Workspace

    init(_ scenario: PowerCutScenario, _ files: [String: [UInt8]]) throws {
        self.scenario = scenario
        workspace = try Workspace()
        let names = ["receiver.db", "backup.db"]
        try files.filter { name, _ in names.contains(where: name.hasPrefix) }
            .write(to: workspace.directory)
        // Part of the reserve.
        let reserve = [UInt8](repeating: 0, count: files.count.isMultiple(of: 2) ? 0 : 100_000)
        try ["receiver.db-reserve": reserve].write(to: workspace.directory)
    }

    /// What the receiver does not do: start, or continue a restore that was cut off; show what was
    /// shown; know what it acknowledged; take a new callback; end with a database that
    /// `verify-backup` finds intact.
    func problems(_ promises: PowerCutPromises) throws -> [String] {
        let commands = DatabaseCommands(workspace: workspace)
        var problems: [String] = []
        if scenario.rule.isCutOff(in: workspace.directory), promises.isAnyKept {
            let refused = try Daemon.launch(in: workspace)
            let end = try refused.wait()
            let log = refused.errors.all.joined(separator: "\n")
            if end != .exited(78) || !log.contains("restore FILE") {
                problems.append("serve on a restore that was cut off: \(end), \(log)")
            }
            let restore = try commands.restore()
            if restore.end != .exited(0) { return problems + ["restore again: \(restore)"] }
        }
        let daemon = try Daemon(in: workspace)
        problems += try served(by: daemon, promises)
        let end = try daemon.stop()
        if end != .exited(0) { problems.append("at its stop: \(end)") }
        let verified = try commands.verify("receiver.db")
        if verified.end != .exited(0) { problems.append("verify-backup: \(verified)") }
        return problems
    }

    private func served(by daemon: Daemon, _ promises: PowerCutPromises) throws -> [String] {
        var problems: [String] = []
        // The long feed of the copies is not read, which would take most of the time.
        let feed = scenario.references.isEmpty ? try daemon.feed() : []
        for reference in scenario.references {
            let found = try daemon.transaction(reference)["partnerReferenceNo"].text
            if found != reference { problems.append("not found: \(reference)") }
        }
        if feed.map({ $0["sequence"].integer }) != feed.indices.map({ $0 + 1 }) {
            problems.append("the feed is not dense: \(feed)")
        }
        for (sequence, reference) in promises.feed where feed.count >= sequence {
            if feed[sequence - 1]["partnerReferenceNo"].text != reference {
                problems.append("transition \(sequence) was \(reference): \(feed[sequence - 1])")
            }
        }
        // Whether it was there is the rule's to say; in any case it is there once afterwards.
        // The workload also has one without an amount, which is refused each time.
        let again = promises.acknowledged.sorted().compactMap { scenario.callbacks[$0] }
            .first { $0.body.amount != nil }
        for callback in [again, try Callback()].compactMap({ $0 }) {
            let code = try daemon.post(callback).code
            if code != "2005600" { problems.append("\(callback.merchant): \(code ?? "none")") }
            let count = try daemon.callbacks().count {
                $0["externalId"].text == callback.externalID && $0["outcome"].text != "refused"
            }
            if count != 1 { problems.append("\(count) times in the journal: \(callback.merchant)") }
        }
        return problems
    }
}
