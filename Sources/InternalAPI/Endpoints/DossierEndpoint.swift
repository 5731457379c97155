import APIModel
import HTTPCore
import Store

/// `GET /v1/transactions/{partnerReferenceNo}/dossier`: all evidence of one payment.
enum DossierEndpoint {
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let reference = try TransactionEndpoint.reference(request)
        let reader = services.store.reader
        let keys = services.evidence.keys
        return try await services.evidence.inTurn { () async throws(Problem) in
            let record = try await reading { () async throws(StoreError) in
                try await reader.transaction(reference)
            }
            guard let record else { throw TransactionEndpoint.unknown(reference) }
            let collector = DossierCollector(reader, keys: keys)
            return JSON.response(try await collector.dossier(of: record))
        }
    }
}
