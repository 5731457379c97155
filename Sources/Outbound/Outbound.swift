package import Configuration
package import HTTPClient
import System
package import Store
import Synchronization

/// Everything that calls the gateway, as the rest of the program uses it.
///
/// It connects the parts, starts the reconciler's loop, and ends them in order. Methods may be
/// called from any thread; ``apply(_:)`` and ``close()`` by one task at a time.
package final class Outbound: Sendable {
    package let gateway: OutboundGateway
    package let generator: QRGenerator
    package let reconciler: Reconciler
    package let report: OutboundReport
    package let selfTest: SelfTest

    /// `cashIn.defaultValiditySeconds` of the present configuration.
    private let validitySeconds: Atomic<Int>

    /// `reconcile.enabled` of the present configuration.
    private let isReconciling: Atomic<Bool>

    /// The task of the reconciler's loop; nil after ``close()``.
    private let reconciling: Mutex<Task<Void, Never>?>

    /// Creates the parts and starts the reconciler at once, so the store must be prepared.
    ///
    /// - Parameter now: the wall clock, in milliseconds since the epoch.
    /// - Throws: when the certificates for the gateway cannot be read; then nothing is started.
    package init(
        _ loaded: LoadedConfiguration,
        store: Store,
        report: OutboundReport,
        now: @escaping @Sendable () -> Int64
    ) throws(HTTPClientError) {
        gateway = try OutboundGateway(loaded, now: now)
        let reconciler = Reconciler(
            gateway: gateway,
            store: store,
            isEnabled: loaded.configuration.reconcile.isEnabled,
            report: report,
            now: now
        )
        self.reconciler = reconciler
        generator = QRGenerator(
            gateway: gateway,
            store: store,
            report: report,
            onInquiry: { await reconciler.record($0, about: $1) }
        )
        self.report = report
        selfTest = SelfTest(loaded, gateway: gateway, store: store, now: now)
        validitySeconds = Atomic(loaded.configuration.cashIn.defaultValiditySeconds)
        isReconciling = Atomic(loaded.configuration.reconcile.isEnabled)
        reconciling = Mutex(Task { await reconciler.run() })
    }

    /// How long a code is payable if the request does not say, in seconds.
    package var defaultValiditySeconds: Int { validitySeconds.load(ordering: .relaxed) }

    /// Applies a new configuration to all calls that start after it, and to the reconciler. When
    /// queries become possible by it, open payments without an inquiry get one query each (article
    /// Statuses, "Fairness").
    ///
    /// - Throws: when the certificates for the gateway cannot be read; then nothing has changed.
    package func apply(_ loaded: LoadedConfiguration) async throws(HTTPClientError) {
        let couldQuery = gateway.access != nil && isReconciling.load(ordering: .relaxed)
        try gateway.apply(loaded)
        selfTest.apply(loaded)
        let configuration = loaded.configuration
        validitySeconds.store(configuration.cashIn.defaultValiditySeconds, ordering: .relaxed)
        let isEnabled = configuration.reconcile.isEnabled
        isReconciling.store(isEnabled, ordering: .relaxed)
        let isNew = !couldQuery && isEnabled && gateway.access != nil
        await reconciler.reconfigure(isEnabled: isEnabled, isNew: isNew)
    }

    /// Stops the reconciler, interrupts the calls under way, and returns when their results are
    /// recorded, for which the store must still be open. While commits fail, it returns when the
    /// generator has given up recording its results (``QRGenerator/finish()``).
    package func close() async {
        let task = reconciling.withLock { task in
            defer { task = nil }
            return task
        }
        task?.cancel()
        await gateway.close()
        await task?.value
        await generator.finish()
    }
}
