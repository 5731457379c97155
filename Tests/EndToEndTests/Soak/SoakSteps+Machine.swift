import Foundation
import Glibc
import Support
import Synchronization

// What happens to the receiver's process, its configuration and its database.
extension SoakSteps {
    func machine(_ step: SoakStep) throws {
        switch step.verb {
        case .kill:
            try kill(after: Int(step.arguments[0]) ?? 0, at: step.milliseconds)
        case .stop:
            guard let daemon = scene.takeDaemon() else { return }
            scene.findings.count(.stops)
            let end = try daemon.stop()
            if end != .exited(0) {
                scene.findings.add("SIGTERM: \(end), \(daemon.log)", by: ReceiverRuns.name)
            }
            try scene.start()
        case .freeze:
            guard let process = scene.daemon?.process else { return }
            scene.findings.count(.freezes)
            process.signal(SIGSTOP)
            usleep(UInt32((Int(step.arguments[0]) ?? 0) * 1_000))
            process.signal(SIGCONT)
        case .clock: try scene.setClock(seconds: Int(step.arguments[0]) ?? 0)
        case .log: stallLog(milliseconds: Int(step.arguments[0]) ?? 0)
        case .reload: try reload(step.arguments[0], step.arguments[1])
        case .backup: try backUp()
        default: try prune()
        }
    }

    /// Kills the receiver while several clients send callbacks, in the moment in which so many of
    /// them have been acknowledged, and starts it again. What was not acknowledged is sent again.
    private func kill(after count: Int, at milliseconds: Int) throws {
        let senders = 4
        let callbacks = (0..<(count == 0 ? 0 : count + 2 * senders)).compactMap {
            payElsewhere("K-\(milliseconds)-\($0)")
        }
        guard let daemon = scene.takeDaemon() else { return }
        scene.findings.count(.kills)
        let acknowledged = Mutex(0)
        let volley = DispatchGroup()
        for sender in 0..<senders {
            volley.enter()
            Thread.detachNewThread { [self] in
                for index in stride(from: sender, to: callbacks.count, by: senders) {
                    deliver(callbacks[index]) {
                        let number = acknowledged.withLock {
                            $0 += 1
                            return $0
                        }
                        if number == count { daemon.process.signal(SIGKILL) }
                    }
                }
                volley.leave()
            }
        }
        // Fewer may be acknowledged, when connections are disturbed.
        let hasEnded = count > 0 && daemon.process.errors.waitForEnd(withinSeconds: 2)
        if !hasEnded { daemon.process.signal(SIGKILL) }
        try daemon.process.wait()
        try scene.start()
        volley.wait()
    }

    /// Has nothing read the receiver's log for a while.
    private func stallLog(milliseconds: Int) {
        guard let lines = scene.daemon?.process.errors else { return }
        lines.pause()
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
            lines.resume()
        }
    }

    private func reload(_ option: String, _ value: String) throws {
        guard let daemon = scene.daemon else { return }
        scene.findings.count(.reloads)
        if option == "broken" {
            try scene.workspace.write("{ notify: { listen: ", to: "config.json5")
        } else {
            try scene.configure(option, value)
        }
        let line = try daemon.reload() ?? "no line"
        if line.contains("refused") != (option == "broken") {
            let text = "reload \(option) \(value): \(line)"
            scene.findings.add(text, by: ResponsesAreExpected.name)
        }
        if option == "broken" { try scene.configure(option, value) }
    }

    /// A backup has everything that was acknowledged before it began.
    private func backUp() throws {
        let name = "backup.db"
        let commands = DatabaseCommands(workspace: scene.workspace)
        let acknowledged = Set(scene.ledger.acknowledged.compactMap(\.externalID)).count
        let backup = try commands.backup(to: name)
        defer { unlink(scene.workspace.directory + name) }
        let verified = try commands.verify(name)
        scene.findings.count(.backups)
        scene.findings.countCheck(BackupsAreComplete.name)
        let callbacks =
            verified.output.first { $0.hasPrefix("callbacks: ") }
            .flatMap { Int($0.dropFirst("callbacks: ".count)) } ?? -1
        if backup.end != .exited(0) || verified.end != .exited(0) || callbacks < acknowledged {
            let text =
                "backup \(backup.end) \(backup.errors), verify-backup \(verified.end) "
                + "\(verified.errors), \(callbacks) callbacks, \(acknowledged) acknowledged before"
            scene.findings.add(text, by: BackupsAreComplete.name)
        }
    }

    private func prune() throws {
        // Some of what is replayed afterwards still has its body.
        let before = Date(timeIntervalSinceNow: -5).formatted(.iso8601)
        let response = try scene.call("POST", "/admin/prune", "{\"before\":\"\(before)\"}")
        if ![202, 400, 409].contains(response.status), response.status < 500 {
            scene.findings.add("prune: \(response.text)", by: ResponsesAreExpected.name)
        }
    }
}
