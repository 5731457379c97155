import Foundation
import Support

/// One run of a plan: carries out its steps at their times, checks all the while, lets everything
/// come to rest, and checks that.
final class SoakRun: @unchecked Sendable {
    private let plan: SoakPlan
    private let scene: SoakScene
    private let showsProgress: Bool
    private let lock = NSLock()
    private var isChecking = true

    var findings: SoakFindings { scene.findings }

    init(_ plan: SoakPlan, showsProgress: Bool = false) throws {
        self.plan = plan
        self.showsProgress = showsProgress
        scene = try SoakScene(seed: plan.seed)
    }

    /// Runs the plan to its end, or to the first violation.
    func run() {
        scene.startConsumers()
        let checker = DispatchGroup()
        checker.enter()
        Thread.detachNewThread { [self] in
            checkAllTheTime()
            checker.leave()
        }
        let steps = SoakSteps(scene)
        runSteps(steps)
        if findings.violations.isEmpty { rest(steps) }
        lock.withLock { isChecking = false }
        checker.wait()
        if findings.violations.isEmpty { checkAtEnd() }
        for consumer in scene.consumers { consumer.end() }
        finishCounts()
        if let daemon = scene.takeDaemon() {
            if let end = try? daemon.stop(), end != .exited(0) {
                findings.add("at its end: \(end)", by: ReceiverRuns.name)
            }
        }
    }

    private func runSteps(_ steps: SoakSteps) {
        let lanes = Lanes()
        for step in plan.steps {
            while findings.milliseconds < step.milliseconds, findings.violations.isEmpty {
                usleep(5_000)
                showProgress()
            }
            if !findings.violations.isEmpty { break }
            lanes.add(step) { steps.run($0) }
        }
        while !lanes.wait(milliseconds: 100), findings.violations.isEmpty { showProgress() }
        lanes.cancel()
        while !lanes.wait(milliseconds: 100) {}
    }

    /// Removes all disturbances, and waits until the receiver and its readers have done what is
    /// left.
    private func rest(_ steps: SoakSteps) {
        for link in scene.links.values { link.clear() }
        try? scene.gateway.setFaults([])
        for (option, value) in [("keys", "usual"), ("confirm", "unproven"), ("tolerance", "300")] {
            steps.run(SoakStep(0, .reload, [option, value]))
        }
        steps.run(SoakStep(0, .clock, ["0"]))
        _ = try? scene.gateway.post("/simulator/release", "")
        let deadline = Date(timeIntervalSinceNow: 3 * Patience.seconds)
        var round = 0
        repeat {
            // Entries about the gateway close when a callback is accepted and a query is answered.
            round += 1
            steps.run(SoakStep(0, .burst, ["END-\(round)", "1"]))
            steps.run(SoakStep(0, .reconcile, []))
            for _ in 0..<10 where !isAtRest { usleep(200_000) }
            showProgress()
        } while Date() < deadline && findings.violations.isEmpty && !isAtRest
    }

    private var isAtRest: Bool {
        do {
            let page = try scene.read("/v1/transitions?after=latest", by: ReadersAdvance.name)
            let head = page["head"].integer ?? -1
            guard scene.feed.head == head, scene.consumers.allSatisfy({ $0.offset == head }) else {
                return false
            }
            let paid = Set(
                scene.feed.entries(after: 0).filter { $0.to == "success" }.map(\.reference)
            )
            for callback in scene.ledger.acknowledged where callback.externalID != nil {
                let isOperated = scene.ledger.payment(callback.reference).isOperated
                if !paid.contains(callback.reference), !isOperated { return false }
            }
            let payments = try open.map { try $0.map(payment) } ?? scene.gateway.payments()
            let sent = Set(scene.ledger.paidReferences)
            let delivering = payments.compactMap { payment -> String? in
                guard let reference = payment["partnerReferenceNo"].text else { return nil }
                return sent.contains(reference) && isDelivering(payment) ? reference : nil
            }
            let missing = try MoneyIsShown.missing(scene, of: payments)
            open = Set(delivering).union(missing.keys)
            return try open == [] && EntriesClose.unexpected(scene).isEmpty
        } catch {
            return false
        }
    }

    /// The payments with work to do when they were last looked at; nil before that.
    private var open: Set<String>?

    /// Whether the gateway still sends a callback of a payment: it is neither confirmed, nor have
    /// all attempts been made.
    private func isDelivering(_ payment: JSON) -> Bool {
        let callbacks = payment["callbacks"].items
        return callbacks.isEmpty
            || callbacks.contains {
                $0["confirmed"].bool != true && $0["attempts"].items.count < SoakScene.attemptCount
            }
    }

    /// A payment as the gateway has it.
    private func payment(_ reference: String) throws -> JSON {
        let target = "/simulator/transactions/\(reference)"
        let request = WireRequest(method: "GET", target: target)
        return try RawClient(scene.gateway.endpoint, timeoutSeconds: 5).exchange(request.bytes).json
    }

    // MARK: Checks

    private func checkAllTheTime() {
        var invariants = SoakInvariants.all.map { $0.init() }
        while lock.withLock({ isChecking }) {
            for index in invariants.indices
            where type(of: invariants[index]).moment == .always {
                try? invariants[index].check(scene)
                findings.countCheck(type(of: invariants[index]).name)
            }
            noteConfirmed(limit: 10)
            usleep(20_000)
        }
        atEnd = invariants
    }

    private var atEnd: [any SoakInvariant] = []
    private var confirmed: Set<String> = []

    private func checkAtEnd() {
        noteConfirmed(limit: .max)
        for index in atEnd.indices where type(of: atEnd[index]).moment != .atSteps {
            let name = type(of: atEnd[index]).name
            do {
                try atEnd[index].checkAtEnd(scene)
                findings.countCheck(name)
            } catch {
                findings.add("cannot be checked at the end: \(error)", by: name)
            }
        }
    }

    /// Asks the gateway which of its callbacks the receiver has acknowledged.
    private func noteConfirmed(limit: Int) {
        let open = scene.ledger.paidReferences.filter { !confirmed.contains($0) }
        for reference in open.shuffled().prefix(limit) {
            guard let payment = try? payment(reference) else { continue }
            let codes = payment["callbacks"].items.flatMap { $0["attempts"].items }
                .filter { $0["responseCode"].text == "2005600" }
            if codes.isEmpty { continue }
            confirmed.insert(reference)
            scene.ledger.acknowledge(reference, externalID: nil)
            findings.count(.acknowledged, codes.count)
        }
    }

    private func finishCounts() {
        findings.count(.transitions, scene.feed.head)
        findings.count(.given, scene.feed.observed)
        findings.count(.cuts, scene.links.values.reduce(0) { $0 + $1.cutCount })
    }

    // MARK: Progress

    private var shownSecond = -1

    private func showProgress() {
        let second = findings.milliseconds / 1_000
        guard showsProgress, second != shownSecond else { return }
        shownSecond = second
        let total = (plan.steps.last?.milliseconds ?? 0) / 1_000
        let line =
            "\r\(second) of \(total) s, \(findings.number(of: .steps)) steps, "
            + "\(findings.number(of: .acknowledged)) acknowledged, head \(scene.feed.head), "
            + "\(findings.number(of: .kills)) kills\u{1B}[K"
        FileHandle.standardError.write(Data(line.utf8))
    }
}

/// Queues of steps: those of one lane are done one after the other.
private final class Lanes: @unchecked Sendable {
    private static let count = 12

    private let group = DispatchGroup()
    private let lock = NSLock()
    private var queues: [Int: DispatchQueue] = [:]
    private var isCancelled = false

    func add(_ step: SoakStep, _ body: @escaping @Sendable (SoakStep) -> Void) {
        let isPayment = [.generate, .pay, .cancel, .burst].contains(step.verb)
        let number = step.lane.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
        let key = isPayment ? number % Self.count : Self.count + number
        let queue = queues[key] ?? DispatchQueue(label: step.lane)
        queues[key] = queue
        queue.async(group: group) { [self] in
            if lock.withLock({ isCancelled }) { return }
            body(step)
        }
    }

    /// Leaves out what has not begun.
    func cancel() { lock.withLock { isCancelled = true } }

    /// Waits for all that was added; false when that takes longer.
    func wait(milliseconds: Int) -> Bool {
        group.wait(timeout: .now() + .milliseconds(milliseconds)) == .success
    }
}
