package import Configuration
package import HTTPClient
import System
package import Store
import Synchronization

/// Everything that calls the gateway, as the rest of the program uses it.
package final class Outbound: Sendable {
    package let gateway: OutboundGateway
    package let generator: QRGenerator
    package let reconciler: Reconciler
    package let report: OutboundReport
    private let validitySeconds: Atomic<Int>
    private let isReconciling: Atomic<Bool>
    private let reconciling: Mutex<Task<Void, Never>?>

    /// - Throws: when the files that the configuration names cannot be used.
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
        validitySeconds = Atomic(loaded.configuration.cashIn.defaultValiditySeconds)
        isReconciling = Atomic(loaded.configuration.reconcile.isEnabled)
        reconciling = Mutex(Task { await reconciler.run() })
    }

    /// How long a code is payable where the caller does not say.
    package var defaultValiditySeconds: Int { validitySeconds.load(ordering: .relaxed) }

    /// Makes calls as `loaded` says from now on.
    package func apply(_ loaded: LoadedConfiguration) async throws(HTTPClientError) {
        let couldQuery = gateway.access != nil && isReconciling.load(ordering: .relaxed)
        try gateway.apply(loaded)
        let configuration = loaded.configuration
        validitySeconds.store(configuration.cashIn.defaultValiditySeconds, ordering: .relaxed)
        let isEnabled = configuration.reconcile.isEnabled
        isReconciling.store(isEnabled, ordering: .relaxed)
        let isNew = !couldQuery && isEnabled && gateway.access != nil
        await reconciler.reconfigure(isEnabled: isEnabled, isNew: isNew)
    }

    /// Ends the calls under way and returns when what they came to is with the store.
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
