import APIModel
import Crypto
import HTTPCore
import Payments
import Store
import Text

/// `GET /v1/callbacks`, `GET /v1/callbacks/{id}` and its `/diagnosis`: the journal and the kept
/// refusals, newest first.
enum CallbacksEndpoint {
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

    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        JSON.response(CallbackRepresentation(try await record(request, services)))
    }

    /// Why its signature verifies or does not, with today's keys and configuration.
    static func diagnosis(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let record = try await record(request, services)
        if record.erased != nil {
            throw Problem(
                .bodyErased,
                "The head and the body of callback \(record.id) were erased; GET /v1/callbacks/"
                    + "\(record.id) shows what stays.",
                field: "id"
            )
        }
        do throws(CryptoError) {
            let diagnosis = try await services.diagnosis.diagnosis(of: record)
            return JSON.response(DiagnosisRepresentation(diagnosis, of: record))
        } catch {
            throw Problem(.internalError, "The signature cannot be opened: \(error)")
        }
    }

    /// The callback that the path names.
    private static func record(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> CallbackRecord {
        guard let id = Int64(digits: request.variables[0].utf8) else {
            throw Problem(.callbackNotFound, "A callback is named by its number.", field: "id")
        }
        let record = try await reading { () async throws(StoreError) in
            try await services.store.reader.callback(id)
        }
        guard let record else {
            throw Problem(.callbackNotFound, "No callback \(id) is kept.", field: "id")
        }
        return record
    }
}
