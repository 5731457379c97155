import APIModel
import Evidence
import HTTPCore
import Text

/// `POST /v1/diagnose`: why the signature of a pasted callback verifies or fails.
enum DiagnoseEndpoint {
    /// The diagnosis of the callback in the body, with the current keys and configuration; nothing
    /// is stored.
    static func diagnose(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let received = try receivedMilliseconds(request)
        let diagnosis = try await services.diagnosis.diagnosis(
            ofText: request.body,
            receivedMilliseconds: received
        )
        return JSON.response(bytes: diagnosis)
    }

    private static func receivedMilliseconds(_ request: APIRequest) throws(Problem) -> Int64? {
        guard let text = request.text("receivedAt") else { return nil }
        guard let time = Timestamp(rfc3339: Array(text.utf8).span) else {
            throw Problem(
                .invalidParameter,
                "receivedAt must be an RFC 3339 time such as 2026-11-22T10:00:00+07:00.",
                field: "receivedAt"
            )
        }
        return time.milliseconds
    }
}
