package import Configuration
import Crypto
import Diagnosis
import Queues
import Store
import Synchronization

/// Explains kept callbacks with the keys and the configuration of today.
///
/// One at a time, on a queue of its own: however many are asked for, one core is busy at most.
package actor DiagnosisDesk {
    private let executor = QueueExecutor(label: "diagnosis")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let settings: Mutex<DiagnosisSettings>

    package init(_ loaded: LoadedConfiguration) { settings = Mutex(DiagnosisSettings(loaded)) }

    /// Explains from now on as `loaded` has it.
    nonisolated func apply(_ loaded: LoadedConfiguration) {
        let new = DiagnosisSettings(loaded)
        settings.withLock { $0 = new }
    }

    /// Why the signature of a kept callback verifies or does not.
    func diagnosis(of record: CallbackRecord) throws(CryptoError) -> SignatureDiagnosis {
        let callback = CapturedCallback(
            head: record.head,
            body: record.body,
            receivedMilliseconds: record.receivedMilliseconds
        )
        return try SignatureDiagnosis(callback, settings.withLock { $0 })
    }
}
