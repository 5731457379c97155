import APIModel
import HTTPCore
import Outbound
import Store

/// `POST /admin/self-test`: tests the way to the gateway and the way from it.
enum SelfTestEndpoint {
    private struct Check: Encodable {
        let name: String
        let outcome: String
        let detail: String
        @Nullable var remedy: String?
    }

    private struct Report: Encodable {
        let passed: Bool
        let checks: [Check]
    }

    /// Runs the checks, and returns them whatever their outcome.
    static func run(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        // In a task of its own: a client that disconnects does not interrupt the gateway call.
        let selfTest = services.outbound.selfTest
        let result = await Task { () -> Result<[SelfTestCheck], StoreError> in
            do throws(StoreError) { return .success(try await selfTest.run()) } catch {
                return .failure(error)
            }
        }.value
        let checks = try await committing { () async throws(StoreError) in try result.get() }
        return JSON.response(
            Report(
                passed: !checks.contains { $0.outcome == .failed },
                checks: checks.map { check in
                    Check(
                        name: check.name.rawValue,
                        outcome: check.outcome.rawValue,
                        detail: check.detail,
                        remedy: check.remedy
                    )
                }
            )
        )
    }
}
