import APIModel
import Captures
package import Configuration
import Crypto
import Diagnosis
import HTTPCore
import Ledger
import Notify
import Payments
import Queues
import Search
package import Store
import Synchronization
import Text

/// `GET /v1/callbacks`, `GET /v1/callbacks/{id}` and its `/diagnosis`: the callbacks of the journal
/// and the rejected requests, newest first.
enum CallbacksEndpoint {
    /// One page of callbacks. A page may end early, at 8 MiB of heads and bodies or after a bounded
    /// search; `more` is true then.
    static func list(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let limit = try request.limit()
        var filter = CallbackFilter()
        filter.reference = request.text("reference")
        filter.externalID = request.text("externalId")
        filter.fromMilliseconds = try request.milliseconds("from")
        filter.toMilliseconds = try request.milliseconds("to")
        filter.beforeID = try request.integer("after", in: 0...Int64.max)
        if let word = request.text("outcome") {
            guard let outcome = CallbackOutcome(word: word) else {
                throw APIRequest.notOneOf("outcome", CallbackOutcome.allCases.map(\.word))
            }
            filter.outcome = outcome
        }
        let wanted = filter
        let page = try await reading { () async throws(StoreError) in
            try await services.store.reader.callbackPage(wanted, limit: limit)
        }
        return JSON.response(
            ListPage(
                "callbacks",
                page.callbacks.map { CallbackRepresentation($0) },
                next: page.next,
                more: page.more
            )
        )
    }

    /// One callback with its head and body.
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        JSON.response(CallbackRepresentation(try await record(request, services)))
    }

    /// Why the signature of a callback verifies or fails, with the current keys and configuration.
    ///
    /// An erased callback cannot be diagnosed: 410 `body-erased`.
    static func diagnosis(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let record = try await record(request, services)
        if record.erased != nil {
            throw Problem(
                .bodyErased,
                "The head and body of callback \(record.id) were erased; GET /v1/callbacks/"
                    + "\(record.id) shows what is left.",
                field: "id"
            )
        }
        do throws(CryptoError) {
            let (diagnosis, response) = try await services.diagnosis.diagnosis(
                of: record,
                replayHelps: await replayHelps(record, services)
            )
            return JSON.response(DiagnosisRepresentation(diagnosis, response, of: record))
        } catch {
            throw Problem(.internalError, "The signature cannot be checked: \(error)")
        }
    }

    /// Whether a replay of the callback would be successful now: the outcome of a dry run.
    ///
    /// Nil if the store cannot run it.
    private static func replayHelps(
        _ record: CallbackRecord,
        _ services: APIServices
    ) async -> Bool? {
        guard let delivery = services.replayer.delivery(of: record) else { return false }
        let request = ReplayRequest(callbackID: record.id, delivery: delivery)
        do throws(StoreError) {
            let result = try await services.store.replay([request], isDryRun: true).first
            guard let result, result.after != result.before else { return false }
            return [.applied, .duplicate, .replayed, .ignored, .awaitingQuery].contains(
                result.after
            )
        } catch {
            return nil
        }
    }

    /// Reads the callback whose id is in the path.
    private static func record(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> CallbackRecord {
        guard let id = Int64(digits: request.variables[0].utf8) else {
            throw Problem(.callbackNotFound, "The id of a callback is a number.", field: "id")
        }
        let record = try await reading { () async throws(StoreError) in
            try await services.store.reader.callback(id)
        }
        guard let record else {
            throw Problem(.callbackNotFound, "No callback has the id \(id).", field: "id")
        }
        return record
    }
}

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

    /// The diagnosis of a refused callback in one sentence; nil when there is none.
    package func summary(of record: CallbackRecord) -> String? {
        if record.erased != nil { return nil }
        return try? diagnosis(of: record, replayHelps: nil).0.summary
    }

    /// Why the signature of a refused callback does not verify; nil when that is unknown.
    func signatureProblem(of record: CallbackRecord) -> SearchedCallback.SignatureProblem? {
        if record.erased != nil { return nil }
        guard let diagnosis = try? diagnosis(of: record, replayHelps: nil).0 else { return nil }
        return SearchedCallback.SignatureProblem(diagnosis)
    }

    /// Diagnoses a stored callback, whose bytes must not be erased.
    ///
    /// - Parameter replayHelps: whether a replay would be successful now; nil if unknown.
    func diagnosis(
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
