package import Configuration
package import Logging
package import Metrics
package import Store
import System

/// What all alerts share.
struct AlertServices: Sendable {
    let store: Store
    let leadership: AlertLeadership
    let sender: AlertSender
    let counters: AlertCounters
    let log: Log
    let clocks: AlertClocks
}

/// The clocks of alerts, which tests replace.
struct AlertClocks: Sendable {
    /// The wall clock, in milliseconds since the epoch.
    var now: @Sendable () -> Int64 = { SystemClock.realtimeMilliseconds() }

    /// The clock by which pauses are measured, in milliseconds; it does not jump with the wall
    /// clock.
    var monotonic: @Sendable () -> Int64 = {
        Int64(SystemClock.monotonicNanoseconds() / 1_000_000)
    }
}

/// Posts open attention entries to the receivers that `alerts` of the configuration names.
///
/// Each alert has a task of its own, so that a receiver that does not respond delays only its own
/// messages. Nothing on the line of a callback waits for an alert.
///
/// Of several receivers, one has the alerts (``AlertLeadership``); the others wait for it to end.
package actor AlertService {
    private struct Running {
        let runner: AlertRunner
        let task: Task<Void, Never>
    }

    private let services: AlertServices
    private var running: [Running] = []
    private var relay: Task<Void, Never>?

    /// The configuration that was applied last.
    private var configuration: Configuration?

    /// Keeps or waits for the leadership, where other receivers may have it.
    private var leading: Task<Void, Never>?

    /// The last of the arrangements, which are made one after the other.
    private var arrangement: Task<Void, Never>?

    /// The names of the alerts beside which no others have stored state; nil when that is unknown.
    private var names: Set<String>?

    /// Starts nothing before ``apply(_:)``.
    package init(store: Store, counters: AlertCounters, log: Log) {
        self.init(store: store, counters: counters, log: log, clocks: AlertClocks())
    }

    init(store: Store, counters: AlertCounters, log: Log, clocks: AlertClocks) {
        services = AlertServices(
            store: store,
            leadership: AlertLeadership(store: store),
            sender: AlertSender(),
            counters: counters,
            log: log,
            clocks: clocks
        )
    }

    /// Applies a configuration: starts new and changed alerts, and stops the others.
    ///
    /// The state of an alert belongs to its name. Alerts that have not changed continue; their
    /// pauses after failures end.
    package func apply(_ configuration: Configuration) async {
        startRelay()
        self.configuration = configuration
        services.counters.setNames(configuration.alerts.map(\.name))
        if !services.leadership.isShared {
            _ = await services.leadership.refresh()
        } else if leading == nil {
            leading = Task { await lead() }
        }
        await arrange()
    }

    /// Keeps the leadership or waits for it, until the task is cancelled.
    private func lead() async {
        while !Task.isCancelled {
            let had = services.leadership.claim != nil
            let has = await services.leadership.refresh()
            if had != has { await arrange() }
            try? await Task.sleep(for: AlertLeadership.pause)
        }
    }

    /// Runs what the configuration and the leadership say, after earlier arrangements.
    private func arrange() async {
        let earlier = arrangement
        let task = Task {
            await earlier?.value
            if services.leadership.claim != nil, let configuration {
                await run(configuration)
            } else {
                await stopAll()
            }
        }
        arrangement = task
        await task.value
    }

    private func stopAll() async {
        for alert in running { alert.task.cancel() }
        for alert in running { await alert.task.value }
        running = []
        names = nil
    }

    private func run(_ configuration: Configuration) async {
        let address = EntriesAddress(configuration)
        let alerts = configuration.alerts
        let isUnchanged = { (running: Running) in
            running.runner.address == address && alerts.contains(running.runner.alert)
        }
        let stopped = running.filter { !isUnchanged($0) }
        running = running.filter(isUnchanged)
        for old in stopped { old.task.cancel() }
        for old in stopped { await old.task.value }
        for unchanged in running { await unchanged.runner.endFailurePauses() }
        await removeState(except: Set(alerts.map(\.name)))
        for alert in alerts where !running.contains(where: { $0.runner.alert == alert }) {
            let runner = AlertRunner(alert, address: address, services: services)
            running.append(Running(runner: runner, task: Task { await runner.run() }))
        }
    }

    /// Stops all alerts, and interrupts the messages under way. Returns when what was sent is
    /// recorded, for which the store must still be open.
    package func close() async {
        relay?.cancel()
        leading?.cancel()
        await leading?.value
        await arrangement?.value
        await stopAll()
        await services.leadership.release()
        await services.sender.close()
    }

    /// Passes changes of the attention list on to all alerts.
    private func startRelay() {
        if relay != nil { return }
        relay = Task { [changes = services.store.attentionChanges] in
            for await _ in changes { await wakeAll() }
        }
    }

    private func wakeAll() async { for alert in running { await alert.runner.wake() } }

    /// Removes the stored state of alerts that are not configured any more. If it fails, the next
    /// start or reload tries again.
    private func removeState(except present: Set<String>) async {
        if present == names { return }
        names = nil
        do throws(StoreError) {
            let stored = try await services.store.reader.alertNames()
            if !present.isSuperset(of: stored) {
                try await services.store.removeAlerts(except: present.sorted())
            }
            names = present
        } catch {
            // `Store.Hooks` reports failed commits; nothing depends on the removal.
            return
        }
    }
}
