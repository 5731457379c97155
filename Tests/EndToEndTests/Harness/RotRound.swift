import Foundation

/// A receiver whose file is damaged, and whether it notices: nothing wrong is shown as truth, and
/// whatever ends or is refused names the file.
struct RotRound {
    enum Verdict: Equatable {
        /// What noticed it.
        case detected(String)

        /// All reads are as before.
        case harmless

        /// A page as it was some commits ago was taken for the newest one: no checksum is wrong.
        case taken
        case violated
    }

    private let scene: RotScene
    private let truth: RotReads
    private let damage: RotDamage
    private var log: [String] = []
    private var verdict = Verdict.harmless
    private(set) var violations: [String] = []

    /// What was shown because an older page was taken for the newest one.
    private var taken: [String] = []

    /// Callbacks that were acknowledged after the damage.
    private var acknowledged: [Callback] = []

    init(_ scene: RotScene, _ damage: RotDamage) throws {
        guard let truth = scene.truth else { throw RotScene.Failure(problems: ["no truth"]) }
        (self.scene, self.truth, self.damage) = (scene, truth, damage)
    }

    /// - Returns: nil when the damage would change nothing.
    mutating func run() throws -> Verdict? {
        let hasWAL = damage.moment == .killed || damage.file.hasSuffix("-wal")
        try scene.restore(hasWAL ? scene.killed : scene.stopped)
        do {
            if damage.moment == .running {
                guard try runDamagedWhileRunning() else { return nil }
            } else {
                guard try apply() else { return nil }
            }
            if damage.file == RotScene.backup {
                try checkBackup()
            } else {
                try checkStart(isLater: damage.moment == .running)
            }
        } catch let failure as Daemon.NotListening {
            let codes: [ChildProcess.End] = [65, 69, 74, 78].map { .exited($0) }
            let end = failure.end.map { "\($0)" } ?? "running"
            if let end = failure.end, codes.contains(end), isExplained(by: failure.log) {
                note(.detected("start"))
            } else {
                violations.append("at a start: \(end), \(failure.log)")
            }
        }
        if !violations.isEmpty { return .violated }
        return taken.isEmpty ? verdict : .taken
    }

    private func apply() throws -> Bool {
        let older = damage.file == "receiver.db" ? scene.older : nil
        return try damage.apply(in: scene.workspace.directory, older: older)
    }

    /// Whether a line names the damaged file; of files that SQLite keeps beside a database, that
    /// one. Before a daemon has its configuration its lines have no level.
    private func isNamed(in lines: [String]) -> Bool {
        let names =
            [damage.file]
            + ["-wal", "-shm"].compactMap { suffix in
                damage.file.hasSuffix(suffix) ? String(damage.file.dropLast(suffix.count)) : nil
            }
        return lines.contains { line in
            !line.contains("level=info") && names.contains { line.contains($0) }
        }
    }

    /// Whether an end at the start is explained; a changed setting may name another file.
    private func isExplained(by lines: [String]) -> Bool {
        isNamed(in: lines) || isSetting && lines.contains { $0.contains("level=error") }
    }

    private mutating func note(_ verdict: Verdict) {
        if self.verdict == .harmless { self.verdict = verdict }
    }

    /// Whether the file is no part of the database, and what it says cannot be checked.
    private var isSetting: Bool {
        ["config.json5", "cashin-public.pem", "merchant-private.pem"].contains(damage.file)
            || damage.file.hasSuffix(".token")
    }

    // MARK: The steps

    private mutating func runDamagedWhileRunning() throws -> Bool {
        let daemon = try Daemon(in: scene.workspace, set: scene.settings)
        // So that not all pages are in memory.
        guard try daemon.get("/v1/transitions?after=0&limit=2").status == 200, try apply() else {
            return false
        }
        try check(daemon, isLater: false)
        try post(3, to: daemon)
        try check(daemon, isLater: true)
        log = daemon.log
        if damage.seed % 2 == 0 {
            try daemon.kill()
        } else {
            try stop(daemon)
        }
        return true
    }

    private mutating func checkStart(isLater: Bool) throws {
        let daemon = try Daemon(in: scene.workspace, set: scene.settings)
        try check(daemon, isLater: isLater)
        try post(1, to: daemon)
        try stop(daemon)
        if isNamed(in: log) { note(.detected("log")) }
        try verify("receiver.db")
    }

    /// A backup that is found sound is one.
    private mutating func checkBackup() throws {
        if try verify(RotScene.backup) { return }
        let settings = scene.settings + ["storage.database=\(RotScene.backup)"]
        let daemon = try Daemon(in: scene.workspace, set: settings)
        try check(daemon, isLater: false)
        try stop(daemon)
    }

    private mutating func stop(_ daemon: Daemon) throws {
        let end = try daemon.stop()
        log += daemon.log
        if end != .exited(0) { violations.append("at a stop: \(end), \(daemon.log.suffix(5))") }
    }

    /// Returns whether damage was found.
    @discardableResult
    private mutating func verify(_ name: String) throws -> Bool {
        let outcome = try DatabaseCommands(workspace: scene.workspace).verify(name)
        if outcome.end == .exited(0) { return false }
        let text = outcome.output + outcome.errors
        guard [.exited(65), .exited(74)].contains(outcome.end),
            text.contains(where: { $0.contains(name) })
        else {
            violations.append("verify-backup: \(outcome.end), \(text)")
            return true
        }
        note(.detected("verify-backup"))
        return true
    }

    private mutating func check(_ daemon: Daemon, isLater: Bool) throws {
        let reads = try RotReads(daemon, as: truth, isLater: isLater)
        var differences = reads.differences(from: truth)
        // What was rejected is lost with the file that holds it. Damage in the last commit of its
        // WAL looks like a write that a crash has torn, of which nothing is said.
        if damage.file.contains("-refused"),
            isNamed(in: daemon.log) || damage.file.hasSuffix("-wal")
        {
            differences[RotReads.refusedList] = nil
        }
        if damage.file == RotScene.backup { differences[RotReads.refusedList] = nil }
        let untrue = differences.values + missing(daemon)
        if damage.kind == .older { taken += untrue } else { violations += untrue }
        if reads.refused.isEmpty { return }
        note(.detected("read"))
        if isSetting { return }
        let isLogged = daemon.logs { isNamed(in: [$0]) }
        if !isLogged {
            violations.append("refused without a name: \(reads.refused), \(daemon.log.suffix(5))")
        }
    }

    /// What was acknowledged after the damage, and is not shown.
    private func missing(_ daemon: Daemon) -> [String] {
        acknowledged.compactMap { callback in
            guard let response = try? daemon.get("/v1/transactions/\(callback.merchant)") else {
                return "\(callback.merchant): no response"
            }
            let isShown = response.json["status"].text == "success" || response.status >= 500
            return isShown ? nil : "acknowledged, but: \(response.text)"
        }
    }

    private mutating func post(_ count: Int, to daemon: Daemon) throws {
        for _ in 0..<count {
            let callback = try Callback()
            let response = try daemon.post(callback)
            if response.code == "2005600" {
                acknowledged.append(callback)
            } else if response.status >= 500 {
                note(.detected("commit"))
            } else if !isSetting {
                violations.append("\(response.text)")
            }
        }
    }
}
