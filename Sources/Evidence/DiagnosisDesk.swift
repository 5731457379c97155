import APIModel
import Captures
package import Configuration
package import Crypto
package import Diagnosis
import Queues
package import Search
package import Store
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
    package nonisolated func apply(_ loaded: LoadedConfiguration) {
        let new = DiagnosisSettings(loaded)
        settings.withLock { $0 = new }
    }

    /// The diagnosis of a refused callback in one sentence; nil when there is none.
    package func summary(of record: CallbackRecord) -> String? {
        if record.erased != nil { return nil }
        return try? diagnosis(of: record, replayHelps: nil).0.summary
    }

    /// Why the signature of a refused callback does not verify; nil when that is unknown.
    package func signatureProblem(of record: CallbackRecord) -> SearchedCallback.SignatureProblem? {
        if record.erased != nil { return nil }
        guard let diagnosis = try? diagnosis(of: record, replayHelps: nil).0 else { return nil }
        return SearchedCallback.SignatureProblem(diagnosis)
    }

    /// Diagnoses a stored callback, whose bytes must not be erased.
    ///
    /// - Parameter replayHelps: whether a replay would be successful now; nil if unknown.
    package func diagnosis(
        of record: CallbackRecord,
        replayHelps: Bool?
    ) throws(CryptoError) -> (SignatureDiagnosis, ResponseReport) {
        let callback = CapturedCallback(
            head: record.head,
            body: record.body,
            receivedMilliseconds: record.receivedMilliseconds
        )
        let settings = settings.withLock { $0 }
        let diagnosis = try SignatureDiagnosis(callback, settings)
        let response = ReceivedResponse(to: record, replayHelps: replayHelps)
        return (diagnosis, ResponseReport(response, to: callback, diagnosis, settings))
    }
}

extension SearchedCallback.SignatureProblem {
    /// The problem that a diagnosis has found; nil if the headers are the problem.
    init?(_ diagnosis: SignatureDiagnosis) {
        switch diagnosis.verdict {
        case .verifies: self = .verifies
        case .oneChange, .severalChanges:
            self = .change(diagnosis.changes.map(\.detail).joined(separator: "; "))
        case .otherContent: self = .otherContent
        case .otherKey: self = .otherKey
        case .unusableSignature: self = .unusable
        case .noKeys: self = .noKeys
        case .refusedHeaders, .missingHeader: return nil
        }
    }
}
