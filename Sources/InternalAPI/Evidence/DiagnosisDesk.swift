package import Configuration
import Crypto
import Diagnosis
import Queues
import Store
import Synchronization

/// Diagnoses stored callbacks with the current keys and configuration.
///
/// A diagnosis tries thousands of strings. They are made one at a time on a queue of their own, so
/// that any number of requests occupies at most one core.
package actor DiagnosisDesk {
    private let executor = QueueExecutor(label: "diagnosis")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let settings: Mutex<DiagnosisSettings>

    package init(_ loaded: LoadedConfiguration) { settings = Mutex(DiagnosisSettings(loaded)) }

    /// Uses the keys and the configuration of `loaded` from now on.
    nonisolated func apply(_ loaded: LoadedConfiguration) {
        let new = DiagnosisSettings(loaded)
        settings.withLock { $0 = new }
    }

    /// Diagnoses the signature of a stored callback, whose bytes must not be erased.
    func diagnosis(of record: CallbackRecord) throws(CryptoError) -> SignatureDiagnosis {
        let callback = CapturedCallback(
            head: record.head,
            body: record.body,
            receivedMilliseconds: record.receivedMilliseconds
        )
        return try SignatureDiagnosis(callback, settings.withLock { $0 })
    }
}
