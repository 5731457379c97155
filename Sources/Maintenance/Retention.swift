package import Logging
import System
package import Store

/// Carries out orders to erase old data, one at a time: those of operators, and the hourly ones of
/// `storage.bodyDays`.
package actor Retention {
    /// Thrown if another order is running that must not be replaced.
    package struct Busy: Error {
        package let order: PruneOrder
    }

    private let store: Store
    private let pruner: Pruner
    private let log: Log?
    private let now: @Sendable () -> Int64
    package private(set) var progress = PruneProgress()
    private var run: Task<Void, Never>?
    private var schedule: Task<Void, Never>?
    private var isClosed = false

    /// The interval of the orders of `storage.bodyDays`, whose unit is days.
    private static let everySeconds = 3_600

    /// Makes an instance without a schedule.
    ///
    /// - Parameters:
    ///   - isShared: whether callbacks use the database at the same time.
    ///   - log: nil for a command that shows the progress itself.
    ///   - now: returns the time in milliseconds since the epoch.
    package init(store: Store, isShared: Bool, log: Log?, now: @escaping @Sendable () -> Int64) {
        self.store = store
        pruner = Pruner(store: store, isShared: isShared)
        self.log = log
        self.now = now
    }

    /// Makes an instance for a daemon, whose writer also commits callbacks.
    package init(besideCallbacks store: Store, log: Log) {
        self.init(store: store, isShared: true, log: log, now: SystemClock.realtimeMilliseconds)
    }

    /// Starts an order, and returns its progress.
    ///
    /// If the same order is running, its progress is returned. A running dry run and a running
    /// order of `storage.bodyDays` are stopped and replaced.
    ///
    /// - Throws: ``Busy`` if any other order is running.
    package func start(_ order: PruneOrder) async throws(Busy) -> PruneProgress {
        while progress.state == .running, let present = progress.order {
            if present == order { return progress }
            guard present.isDryRun || present.isAutomatic, !order.isAutomatic else {
                throw Busy(order: present)
            }
            await stop()
        }
        if isClosed { return progress }
        progress = PruneProgress()
        progress.state = .running
        progress.order = order
        progress.startedMilliseconds = now()
        run = Task { await carryOut(order) }
        return progress
    }

    /// Waits until the running order has ended.
    package func wait() async { await run?.value }

    private func carryOut(_ order: PruneOrder) async {
        do {
            try await pruner.run(order, nowMilliseconds: now()) { change in
                await self.update(change)
            }
            progress.state = .done
        } catch is CancellationError {
            progress.state = .stopped
        } catch {
            progress.state = .failed
            progress.error = "\(error)"
        }
        progress.finishedMilliseconds = now()
        logResult()
    }

    private func update(_ change: @Sendable (inout PruneProgress) -> Void) { change(&progress) }

    /// Logs the result of an order, unless nothing was erased.
    private func logResult() {
        let progress = progress
        if let error = progress.error {
            log?.error("erasing failed") { $0.add("error", error) }
            return
        }
        guard progress.hasErased, progress.order?.isDryRun == false else { return }
        log?.info("erased") { line in
            line.add("state", progress.state.rawValue)
            line.add("callbacks", progress.callbackCount)
            line.add("gatewayCalls", progress.gatewayCallCount)
            line.add("refusals", progress.refusalCount)
            line.add("transitions", progress.transitionCount)
            line.add("bytes", progress.byteCount)
        }
    }

    /// Cancels the running order, and waits until it has ended.
    private func stop() async {
        run?.cancel()
        await run?.value
    }

    // MARK: storage.bodyDays

    /// Starts to erase every hour the heads and bodies older than `days`; nil ends that.
    package func keepBodies(forDays days: Int?) {
        schedule?.cancel()
        schedule = nil
        guard let days, !isClosed else { return }
        schedule = Task {
            while !Task.isCancelled {
                await self.erase(olderThanDays: days)
                try? await Task.sleep(for: .seconds(Self.everySeconds))
            }
        }
    }

    /// Starts an order for heads and bodies older than `days`.
    ///
    /// A wrong clock must not erase young data: if the clock is ahead of the newest time that the
    /// gateway signed, the age is counted from that time.
    private func erase(olderThanDays days: Int) async {
        do throws(StoreError) {
            guard let signed = try await store.reader.newestSignedTime() else { return }
            let before = min(now(), signed) - Int64(days) * PruneOrder.dayMilliseconds
            let order = PruneOrder(beforeMilliseconds: before, isAutomatic: true)
            do throws(Busy) { _ = try await start(order) } catch { return }
        } catch {
            log?.error("erasing failed") { $0.add("error", describing: error) }
        }
    }

    /// Stops the schedule and the running order; no order is started any more.
    package func close() async {
        isClosed = true
        schedule?.cancel()
        await schedule?.value
        await stop()
    }
}
