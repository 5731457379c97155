import HTTPClient
import Support
import Testing

@testable import InternalAPI

/// `GET /v1/export` over a connection.
@Suite(.timeLimit(.minutes(10)))
struct ExportEndpointTests {
    /// Adds 2,500 payments, and makes the read of the inquiry of one of them fail.
    private static func fill(_ scene: InternalScene, failingAt id: Int) throws {
        try scene.execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
            INSERT INTO payments (id, partner_reference, status, latest_status, written, origin,
                is_corroborated, roles, created_at, updated_at, last_sequence, revision,
                unpaid_answers)
            SELECT i, 'TRX-' || i, 2, 0, x'', 1, 1, 0, 0, 0, 0, 1, 0 FROM n;
            ALTER TABLE inquiries RENAME TO stored_inquiries;
            CREATE VIEW inquiries AS SELECT * FROM stored_inquiries UNION ALL
            SELECT \(id), 0, 0, 0, abs(-9223372036854775807 - 1), 0, 0, NULL, 0, 0;
            """
        )
    }

    @Test func `a payment that cannot be read breaks the body off`() async throws {
        try await InternalScene.with { scene in
            // The last page: the head and the first pages are sent before.
            try Self.fill(scene, failingAt: 1)
            let error = await #expect(throws: HTTPClientError.self) {
                try await scene.send("GET", "/v1/export?by=created", as: "journal")
            }
            #expect(error?.phase == .wait)
            let head = try await scene.send("HEAD", "/v1/export?by=created", as: "journal")
            #expect(head.status == 200)
        }
    }

    @Test func `a first page that cannot be read is a problem`() async throws {
        try await InternalScene.with { scene in
            try Self.fill(scene, failingAt: 2_500)
            let reply = try await scene.send("GET", "/v1/export?by=created", as: "journal")
            #expect(reply.status == 503)
            #expect(reply.problem == "store-unavailable")
        }
    }
}
