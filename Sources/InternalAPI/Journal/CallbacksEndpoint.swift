import APIModel
import Crypto
import Evidence
import HTTPCore
import Ledger
import Notify
import Payments
import Store
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
