package import APIModel
import Captures
package import Configuration
package import Crypto
package import Diagnosis
import Queues
package import Search
package import Store
import Synchronization

/// Diagnoses stored and pasted callbacks with the current keys and configuration.
///
/// A diagnosis tries thousands of strings. They are made one at a time on a queue of their own, so
/// that any number of requests occupies at most one core.
package actor DiagnosisDesk {
    private let executor = QueueExecutor(label: "diagnosis")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let current: Mutex<LoadedConfiguration>

    /// The part of the current configuration that a diagnosis needs.
    private var settings: DiagnosisSettings { DiagnosisSettings(current.withLock { $0 }) }

    package init(_ loaded: LoadedConfiguration) { current = Mutex(loaded) }

    /// Uses the keys and the configuration of `loaded` from now on.
    package nonisolated func apply(_ loaded: LoadedConfiguration) {
        current.withLock { $0 = loaded }
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
        let settings = settings
        let diagnosis = try SignatureDiagnosis(callback, settings)
        let response = ReceivedResponse(to: record, replayHelps: replayHelps)
        return (diagnosis, ResponseReport(response, to: callback, diagnosis, settings))
    }

    /// Diagnoses a callback in a text: a request, a `curl` command, a HAR file, or a document of
    /// the API.
    ///
    /// - Parameter receivedMilliseconds: when it was received, since the epoch; nil to use the
    ///   time in the text, if there is one.
    /// - Returns: the diagnosis as JSON.
    /// - Throws: ``Problem`` `malformed-body` for any text that contains no callback.
    package func diagnosis(
        ofText text: [UInt8],
        receivedMilliseconds: Int64?
    ) throws(Problem) -> [UInt8] {
        // The client may have left while earlier texts were diagnosed.
        if Task.isCancelled { throw .disconnected }
        var capture: Capture
        do throws(CaptureError) {
            capture = try Capture(text)
        } catch {
            throw Problem(.malformedBody, "The body cannot be read: \(error).")
        }
        if let receivedMilliseconds {
            capture.callback.receivedMilliseconds = receivedMilliseconds
        }
        do throws(CryptoError) {
            let loaded = current.withLock { $0 }
            let found = try CaptureDiagnosis(capture.callback, DiagnosisSettings(loaded), loaded)
            return JSON.encode(
                DiagnosisRepresentation(found.diagnosis, found.response, notes: capture.notes)
            )
        } catch {
            throw Problem(.internalError, "The signature cannot be checked: \(error)")
        }
    }
}

extension SearchedCallback.SignatureProblem {
    /// The problem that a diagnosis has found; nil if the headers are the problem.
    init?(_ diagnosis: SignatureDiagnosis) {
        switch diagnosis.verdict {
        case .verifies: self = .verifies
        case .oneChange, .severalChanges:
            self = .change(diagnosis.changes.map(\.publicDetail).joined(separator: "; "))
        case .otherContent: self = .otherContent
        case .otherKey: self = .otherKey
        case .unusableSignature: self = .unusable
        case .noKeys: self = .noKeys
        case .refusedHeaders, .missingHeader: return nil
        }
    }
}

extension SignatureDifference {
    /// What differs, without the path of a key file: those who may search need not know it.
    fileprivate var publicDetail: String {
        switch name {
        case .merchantKey: "the signature is made with the merchant's own key"
        case .otherKey: "the signature is made with a key that is not configured"
        default: detail
        }
    }
}
