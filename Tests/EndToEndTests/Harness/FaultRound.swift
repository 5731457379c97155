import Foundation
import Support

/// A receiver with a real database that does a ``FaultWorkload`` while a call of it fails, and what
/// it breaks of its promises. Its properties are the parts of the scene, and what is found.
final class FaultRound {
    private let fault: CallFault?
    private let isKilled: Bool
    private let workspace: Workspace
    private let calls: FaultyCalls
    private let gateway: Gateway
    private let settings: [String]
    private(set) var workload: FaultWorkload
    private(set) var counts: CallCounts?

    /// What was broken, in words; empty when all promises were kept.
    private(set) var violations: [String] = []

    /// Whether the receiver ended at its start, with a message.
    private(set) var endedAtStart = false

    /// The feed as it was last read: it may only grow.
    private var feed: [JSON] = []
    private var log: [String] = []

    /// - Parameters:
    ///   - fault: nil to only count the calls.
    ///   - isKilled: whether the receiver is killed at the end, instead of stopped.
    init(_ fault: CallFault?, isKilled: Bool = false) throws {
        self.fault = fault
        self.isKilled = isKilled
        workspace = try Workspace(confirms: "never")
        calls = FaultyCalls(in: workspace, fault)
        workload = try FaultWorkload()
        let port = try FreePort.next()
        gateway = try Gateway(
            for: workspace,
            notifyPort: port,
            options: ["--retry-seconds", "none"]
        )
        settings =
            ["notify.listen=127.0.0.1:\(port)", "reconcile.enabled=false"] + gateway.settings
    }

    /// A fault that lasts is removed before the refused steps are tried again; one call that fails
    /// may be any, also one of these or of the end.
    ///
    /// - Parameter patienceSeconds: how long refused steps are tried again.
    func run(patienceSeconds: Double = Patience.seconds) {
        do {
            let lasts = fault?.isLasting == true
            if !lasts { try calls.arm() }
            let daemon = try start()
            if lasts { try calls.arm() }
            runWorkload(on: daemon, endsWhenRefused: false)
            if lasts { calls.disarm() }
            let deadline = Date(timeIntervalSinceNow: patienceSeconds)
            while !workload.isDone, Date() < deadline {
                usleep(20_000)
                runWorkload(on: daemon, endsWhenRefused: true)
            }
            if !workload.isDone { violations.append("still refused: \(workload.lists)") }
            let state = try FaultState(of: daemon, isReliable: false)
            check(state)
            if isKilled { try daemon.kill() } else { try stop(daemon) }
            counts = try calls.counts
            calls.disarm()
            try checkAfterRestart(state)
        } catch {
            violations.append("\(error)")
            counts = counts ?? (try? calls.counts)
        }
        if !violations.isEmpty { violations += log.filter { !$0.contains("level=info") } }
    }

    /// Starts the receiver; again, without the fault, when it ends with a message.
    private func start() throws -> Daemon {
        do {
            return try Daemon(in: workspace, set: settings, environment: calls.environment)
        } catch let failure as Daemon.NotListening {
            log = failure.log
            endedAtStart = true
            if fault?.subject.explains(failure) != true {
                violations.append("at its start: \(String(describing: failure.end)), \(log)")
            }
            counts = try calls.counts
            calls.disarm()
            return try Daemon(in: workspace, set: settings, environment: calls.environment)
        }
    }

    private func stop(_ daemon: Daemon) throws {
        let end = try daemon.stop()
        log = daemon.log
        if end != .exited(0) { violations.append("at its stop: \(end)") }
    }

    private func runWorkload(on daemon: Daemon, endsWhenRefused: Bool) {
        violations += workload.run(on: daemon, gateway, endsWhenRefused: endsWhenRefused) {
            checkReads(daemon, $0)
        }
        log = daemon.log
    }

    /// A read may fail; one that succeeds shows all that was acknowledged, and what was read
    /// before.
    private func checkReads(_ daemon: Daemon, _ workload: FaultWorkload) {
        do {
            let response = try daemon.get("/v1/transitions?after=0&limit=1000")
            guard response.status == 200 else {
                if response.status < 500 { violations.append("feed: \(response.text)") }
                return
            }
            let transitions = response.json["transitions"].items
            if Array(transitions.prefix(feed.count)) != feed {
                violations.append("the feed has changed: \(feed), \(transitions)")
            }
            feed = transitions
            let shown = Set(transitions.compactMap { $0["partnerReferenceNo"].text })
            for callback in workload.kept where workload.transitions[callback.merchant] != nil {
                if !shown.contains(callback.merchant) {
                    violations.append("acknowledged, but not in the feed: \(callback.merchant)")
                }
            }
        } catch {
            violations.append("feed: \(error)")
        }
    }

    /// Everything is as it is without a fault, once.
    private func check(_ state: FaultState) {
        if Array(state.feed.prefix(feed.count)) != feed {
            violations.append("the feed has changed: \(feed), \(state.feed)")
        }
        if state.feed.map({ $0["sequence"].integer }) != state.feed.indices.map({ $0 + 1 }) {
            violations.append("the feed is not dense: \(state.feed)")
        }
        let transitions = Dictionary(grouping: state.feed) { $0["partnerReferenceNo"].text ?? "" }
            .mapValues { $0.compactMap { $0["to"].text } }
        if transitions != workload.transitions {
            violations.append("the feed: \(transitions), expected \(workload.transitions)")
        }
        for transaction in state.transactions {
            let reference = transaction["partnerReferenceNo"].text ?? ""
            if transaction["status"].text != transitions[reference]?.last {
                violations.append("\(reference): \(transaction["status"].text ?? "")")
            }
        }
        if state.transactions.count != transitions.count {
            violations.append("\(state.transactions.count) transactions")
        }
        let ids = state.callbacks.compactMap { $0["externalId"].text }
        for callback in workload.kept where ids.count(where: { $0 == callback.externalID }) != 1 {
            violations.append("not once in the journal: \(callback.merchant)")
        }
        if state.attention != workload.attention {
            violations.append("attention: \(state.attention)")
        }
    }

    /// After a restart without faults all reads are the same, and the database is intact.
    private func checkAfterRestart(_ state: FaultState) throws {
        let daemon = try Daemon(in: workspace, set: settings)
        let after = try FaultState(of: daemon, isReliable: true)
        violations += state.differences(from: after).map { "after a restart: " + $0 }
        try stop(daemon)
        let verified = try DatabaseCommands(workspace: workspace).verify("receiver.db")
        if verified.end != .exited(0) { violations.append("verify-backup: \(verified)") }
    }
}

/// What a receiver shows of its payments.
struct FaultState {
    /// Reads that the receiver still refuses.
    struct Unreadable: Error { let target: String }

    let feed: [JSON]
    let transactions: [JSON]
    let callbacks: [JSON]

    /// The kinds of the open entries, sorted.
    let attention: [String]

    /// - Parameter isReliable: whether every read has to succeed at once; else it is tried again.
    init(of daemon: Daemon, isReliable: Bool) throws {
        func items(_ target: String, _ name: String) throws -> [JSON] {
            for _ in 0..<(isReliable ? 1 : 5) {
                let response = try daemon.get(target)
                if response.status == 200 { return response.json[name].items }
            }
            throw Unreadable(target: target)
        }
        feed = try items("/v1/transitions?after=0&limit=1000", "transitions")
        transactions = try items("/v1/transactions?limit=1000", "transactions")
        let newest = try items("/v1/callbacks?limit=1000", "callbacks")
        callbacks = newest.filter { $0["outcome"].text != "refused" }
        let entries = try items("/v1/attention?limit=1000&state=open", "attention")
        attention = entries.compactMap { $0["kind"].text }.sorted()
    }

    /// What `other` shows otherwise.
    func differences(from other: FaultState) -> [String] {
        var names: [String] = []
        if feed != other.feed { names.append("the feed") }
        if transactions != other.transactions { names.append("the transactions") }
        if callbacks != other.callbacks { names.append("the callbacks") }
        if attention != other.attention { names.append("the attention list") }
        return names
    }
}
