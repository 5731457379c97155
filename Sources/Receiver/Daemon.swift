import APIModel
import Alarms
import Alerts
import Configuration
import Crypto
import Evidence
import HTTPClient
import HTTPServer
import InternalAPI
import Ledger
import Logging
import Maintenance
import Metrics
import Notify
import Outbound
import Payments
import SQLiteFiles
import SQLiteStore
import System
import Store
import Synchronization

/// The running receiver: the store, the listeners, and what a reload changes about them.
final class Daemon: Sendable {
    private let store: Store
    private let notify: NotifyHandler
    private let internalAPI: InternalHandler
    private let notifyServer: Server
    private let internalServer: Server
    private let readiness: Readiness
    private let outbound: Outbound
    private let retention: Retention
    private let disk: DiskWatch
    private let diskWatch: Task<Void, Never>
    private let clock: ClockSamples
    private let alarmWatch: Task<Void, Never>
    private let alerts: AlertService
    private let replayer: CallbackReplayer
    private let metrics: Metrics
    private let log: Log
    private let loopCount: Int
    private let current: Mutex<LoadedConfiguration>

    /// Starts the parts and opens the listeners: when it returns, callbacks are received.
    ///
    /// - Parameters:
    ///   - store: an open store that can accept callbacks.
    ///   - passed: the sockets that the service manager passed.
    /// - Throws: ``StartFailure`` when a part cannot start or an address cannot be bound.
    init(
        _ loaded: LoadedConfiguration,
        store: Store,
        disk: DiskWatch,
        passed: PassedSockets,
        log: Log
    ) async throws(StartFailure) {
        let configuration = loaded.configuration
        let readiness = Readiness(store: store, hasKeys: !loaded.keys.publicKeys.isEmpty)
        let metrics = Self.metrics(log)
        let refusals = RefusalTally()
        let clock = ClockSamples(toleranceSeconds: configuration.notify.timestampToleranceSeconds)
        let report = OutboundReport(log: log, metrics: metrics, clock: clock)
        let outbound = try Self.outbound(loaded, store, report)
        let loops = try Self.makeLoops()
        let context = try Self.context(loaded, loops.count, metrics)
        replayer = CallbackReplayer(context)
        retention = Retention(besideCallbacks: store, log: log)
        notify = NotifyHandler(
            context: context,
            store: store,
            metrics: metrics,
            log: log,
            refusals: refusals,
            clock: clock,
            now: SystemClock.realtimeMilliseconds
        )
        let diagnosis = DiagnosisDesk(loaded)
        internalAPI = InternalHandler(
            loaded,
            services: APIServices(
                loaded,
                store: store,
                readiness: readiness,
                outbound: outbound,
                diagnosis: diagnosis,
                replayer: replayer,
                retention: retention,
                disk: disk,
                clock: clock,
                metrics: metrics
            ),
            log: log
        )
        let limits = ServerLimits(configuration.limits)
        let internalLimits = ServerLimits(configuration.internalAPI.limits)
        notifyServer = Server(loops: loops, limits: limits, handler: notify)
        internalServer = Server(loops: loops, limits: internalLimits, handler: internalAPI)
        metrics.add(notifyServer, name: "notify", load: { [notify] in notify.load })
        metrics.add(internalServer, name: "internal", load: { [internalAPI] in internalAPI.load })
        (self.metrics, self.store, self.readiness) = (metrics, store, readiness)
        (self.outbound, self.log, self.disk, self.clock) = (outbound, log, disk, clock)
        diskWatch = Self.watch(disk, store)
        alarmWatch = Self.watch(store, refusals, clock, diagnosis, log)
        alerts = AlertService(store: store, counters: metrics.alerts, log: log)
        loopCount = loops.count
        current = Mutex(loaded)
        try listen(configuration, passed)
        await applyToBackground(configuration)
    }

    /// Measures the free space now, and from time to time.
    private static func watch(_ disk: DiskWatch, _ store: Store) -> Task<Void, Never> {
        disk.measure()
        return Task { await disk.run(store) }
    }

    /// Applies a configuration to what works beside the listeners.
    private func applyToBackground(_ configuration: Configuration) async {
        await retention.keepBodies(forDays: configuration.storage.bodyDays)
        await alerts.apply(configuration)
    }

    private static func metrics(_ log: Log) -> Metrics {
        let start = ProcessStatistics.startMilliseconds() ?? SystemClock.realtimeMilliseconds()
        return Metrics(startedMilliseconds: start, log: log)
    }

    /// Starts the watch that raises entries about the operation of the receiver.
    private static func watch(
        _ store: Store,
        _ refusals: RefusalTally,
        _ clock: ClockSamples,
        _ diagnosis: DiagnosisDesk,
        _ log: Log
    ) -> Task<Void, Never> {
        let alarms = AlarmWatch(
            store: store,
            machine: store.isShared ? MachineName.current : nil,
            refusals: refusals,
            clock: clock,
            log: log,
            now: SystemClock.realtimeMilliseconds,
            explain: { await diagnosis.summary(of: $0) }
        )
        return Task { await alarms.run() }
    }

    private static func outbound(
        _ loaded: LoadedConfiguration,
        _ store: Store,
        _ report: OutboundReport
    ) throws(StartFailure) -> Outbound {
        do throws(HTTPClientError) {
            return try Outbound(
                loaded,
                store: store,
                report: report,
                now: SystemClock.realtimeMilliseconds
            )
        } catch {
            throw .outbound(error)
        }
    }

    /// Creates one loop for each processor: the signatures of callbacks are verified on the loops,
    /// which is the largest part of the work.
    private static func makeLoops() throws(StartFailure) -> [EventLoop] {
        do throws(SystemError) {
            return try EventLoop.onePerProcessor()
        } catch {
            throw .loops(error)
        }
    }

    private static func context(
        _ loaded: LoadedConfiguration,
        _ loopCount: Int,
        _ metrics: Metrics
    ) throws(StartFailure) -> NotifyContext {
        do throws(CryptoError) {
            return try NotifyContext(loaded, loopCount: loopCount, keyCounters: metrics.keys)
        } catch {
            throw .keys(error.description)
        }
    }

    private func listen(
        _ configuration: Configuration,
        _ passed: PassedSockets
    ) throws(StartFailure) {
        // The internal listener first: a service that reacts to the first callback can read it.
        for address in configuration.internalAPI.listen {
            try listen(on: address, passed, internalServer, name: "internal")
        }
        for address in configuration.notify.listen {
            try listen(on: address, passed, notifyServer, name: "notify")
        }
    }

    private func listen(
        on address: ListenAddress,
        _ passed: PassedSockets,
        _ server: Server,
        name: String
    ) throws(StartFailure) {
        do throws(ListenError) {
            for listener in try Listener.open(address, passed: passed) {
                log.info("listening") {
                    $0.add("listener", name)
                    $0.add("address", describing: listener.address)
                }
                server.add(listener)
            }
        } catch {
            throw .listener(error)
        }
    }

    // MARK: While it runs

    /// Applies a configuration that a reload has read, or keeps the present one; returns one line
    /// about the result. Reloads run one after the other.
    func reload(
        _ result: Result<LoadedConfiguration, ConfigurationProblems>
    ) async -> String {
        switch result {
        case .failure(let problems):
            for problem in problems.problems { log.error(problem) }
            metrics.reloads.add(isApplied: false)
            log.error("reload refused") { $0.add("problems", problems.problems.count) }
            return "reload refused: \(problems.problems.count) problems, see the log"
        case .success(let loaded):
            do throws(StartFailure) {
                return try await apply(loaded)
            } catch {
                metrics.reloads.add(isApplied: false)
                log.error("reload refused") { $0.add("error", describing: error) }
                return "reload refused: \(error)"
            }
        }
    }

    /// Applies a configuration. Parts that can fail come first, so that an error changes nothing.
    private func apply(_ loaded: LoadedConfiguration) async throws(StartFailure) -> String {
        let configuration = loaded.configuration
        let changes = loaded.changes(since: current.withLock { $0 })
        let context = try Self.context(loaded, loopCount, metrics)
        do throws(HTTPClientError) {
            try await outbound.apply(loaded)
        } catch {
            throw .outbound(error)
        }
        notify.apply(context)
        replayer.apply(context)
        internalAPI.apply(loaded)
        notifyServer.limits = ServerLimits(configuration.limits)
        internalServer.limits = ServerLimits(configuration.internalAPI.limits)
        store.reconfigure(
            policy: LedgerPolicy(configuration),
            rejectedKept: configuration.storage.rejectedKept
        )
        disk.setMinimum(configuration.storage.minimumFreeBytes)
        clock.setTolerance(seconds: configuration.notify.timestampToleranceSeconds)
        await applyToBackground(configuration)
        readiness.setHasKeys(!loaded.keys.publicKeys.isEmpty)
        let (level, format) = (configuration.log.level, configuration.log.format)
        // A level that hides warnings is applied after those of the reload.
        if !log.isOn(level) { log.apply(level: level, format: format) }
        current.withLock { $0 = loaded }
        for warning in loaded.warnings { log.warning(warning) }
        let restart = changes.needsRestart.joined(separator: ", ")
        if !restart.isEmpty {
            log.warning("some changes need a restart") { $0.add("keys", restart) }
        }
        metrics.reloads.add(isApplied: true)
        log.apply(level: level, format: format, reporting: "reloaded") { line in
            line.add("changed", changes.changed.joined(separator: ", "))
            if !changes.contents.isEmpty {
                line.add("contents", changes.contents.joined(separator: ", "))
            }
        }
        return restart.isEmpty ? "reloaded" : "reloaded; a restart is needed for \(restart)"
    }

    /// Resets the watchdog after both listeners have served a connection and the writer has
    /// responded, until the task is cancelled.
    ///
    /// A failed commit counts as a response, because a restart does not repair a disk.
    func keepWatch(_ notifier: SystemdNotifier) async {
        guard let milliseconds = notifier.watchdogIntervalMilliseconds else { return }
        while !Task.isCancelled {
            await notifyServer.probe()
            await internalServer.probe()
            try? await store.probe()
            notifier.watchdog()
            try? await Task.sleep(for: .milliseconds(milliseconds))
        }
    }

    /// Stops accepting connections, ends waits, finishes requests in flight, and closes the
    /// database.
    func stop(withinSeconds seconds: Int) async {
        log.info("stopping")
        async let notifyDrained: Void = notifyServer.drain(seconds: seconds)
        async let internalDrained: Void = internalServer.drain(seconds: seconds)
        _ = await (notifyDrained, internalDrained)
        notify.reportOmittedLines()
        internalAPI.reportOmittedLines()
        await outbound.close()
        await retention.close()
        diskWatch.cancel()
        alarmWatch.cancel()
        await diskWatch.value
        await alarmWatch.value
        await alerts.close()
        await store.close()
        log.info("stopped")
    }
}
