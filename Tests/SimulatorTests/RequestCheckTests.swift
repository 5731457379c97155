import HTTPClient
import HTTPCore
import Payments
import Snap
import Support
import Testing

@testable import Simulator
import Text

/// The header and the body of a merchant's request, field by field.
struct RequestCheckTests {
    /// A request that is in order, to be changed.
    struct Draft: Sendable {
        var service = ResponseCode.Service.generate
        var fields: [String: String?] = [:]
        var signedPath: String?
        var body: String

        static let generate = Draft(
            body: #"""
                {"partnerReferenceNo":"T-1","validityPeriod":"2026-11-18T18:11:40+07:00",
                "amount":{"value":"10000.00","currency":"IDR"},
                "feeAmount":{"value":"0.00","currency":"IDR"}}
                """#
        )

        static let query = Draft(
            service: .query,
            body: #"""
                {"merchantId":"MCH1234567890","originalPartnerReferenceNo":"T-0","serviceCode":"47"}
                """#
        )

        func replacing(_ old: String, _ new: String) -> Draft {
            var draft = self
            if let range = body.firstRange(of: old) {
                draft.body = body[..<range.lowerBound] + new + body[range.upperBound...]
            }
            return draft
        }

        func with(_ name: String, _ value: String?) -> Draft {
            var draft = self
            draft.fields[name] = .some(value)
            return draft
        }

        func signing(_ path: String) -> Draft {
            var draft = self
            draft.signedPath = path
            return draft
        }

        /// The request, signed by a signer that shares no code with the simulator.
        func request(_ timestamp: String, _ externalID: String) throws -> OutboundRequest {
            let path = GatewayRoute.path(of: service)
            let signer = CallbackSigner(key: try TestKeys.shared().other, path: signedPath ?? path)
            let bytes = Array(body.utf8)
            let signed = minified(bytes.span) ?? bytes
            let usual = [
                ("X-TIMESTAMP", timestamp), ("X-PARTNER-ID", "CID1234567890"),
                ("X-EXTERNAL-ID", externalID),
                ("X-SIGNATURE", try signer.signature(timestamp: timestamp, signedBody: signed)),
                ("CHANNEL-ID", "95051"), ("Content-Type", "application/json"),
            ]
            let all: [(name: String, value: String)] = usual.compactMap { name, value in
                let value: String? = fields[name] ?? value
                return value.map { (name, $0) }
            }
            return OutboundRequest(
                method: "POST",
                target: "/pg/fo" + path,
                fields: all,
                body: bytes,
                isRepeatable: false
            )
        }
    }

    static let timestamp = JakartaTime.text(milliseconds: Scene.now)

    private func answer(
        _ draft: Draft,
        _ scene: Scene,
        externalID: String = "31758165311269888980939441231201"
    ) async throws -> JSONValue {
        let request = try draft.request(Self.timestamp, externalID)
        let response = try await scene.client.send(request, to: scene.simulator)
        let root = try JSONDocument(response.body).root
        #expect(root["responseCode"]?.string?.hasPrefix("\(response.status.code)") == true)
        return root
    }

    static let refused: [(draft: Draft, code: String, message: String)] = [
        (.generate.with("X-TIMESTAMP", nil), "4004702", "Invalid Mandatory Field X-TIMESTAMP"),
        (.generate.with("X-PARTNER-ID", nil), "4004702", "Invalid Mandatory Field X-PARTNER-ID"),
        (.generate.with("X-EXTERNAL-ID", nil), "4004702", "Invalid Mandatory Field X-EXTERNAL-ID"),
        (.generate.with("X-SIGNATURE", nil), "4004702", "Invalid Mandatory Field X-SIGNATURE"),
        (.generate.with("CHANNEL-ID", nil), "4004702", "Invalid Mandatory Field CHANNEL-ID"),
        (.query.with("CHANNEL-ID", nil), "4005102", "Invalid Mandatory Field CHANNEL-ID"),
        (.generate.with("CHANNEL-ID", "A"), "4004701", "Invalid Field Format CHANNEL-ID"),
        (.generate.with("CHANNEL-ID", "950511"), "4004701", "Invalid Field Format CHANNEL-ID"),
        (.generate.with("X-EXTERNAL-ID", "a"), "4004701", "Invalid Field Format X-EXTERNAL-ID"),
        (
            .generate.with("X-TIMESTAMP", "2026-11-18T11:06:40Z"), "4004701",
            "Invalid Field Format X-TIMESTAMP"
        ),
        (.generate.with("X-PARTNER-ID", "CID2"), "4014700", "Unauthorized. [Signature]"),
        (.generate.with("X-SIGNATURE", "AAAA"), "4014700", "Unauthorized. [Signature]"),
        (
            .generate.signing("/pg/fo/api/v1.0/qr/qr-mpm-generate"), "4014700",
            "Unauthorized. [Signature]"
        ),
        (.query.signing("/api/v1.0/qr/qr-mpm-generate"), "4015100", "Unauthorized. [Signature]"),
        (.generate.replacing("{", "["), "4004700", "Bad Request"),
        (
            .generate.replacing("\"T-1\"", "null"), "4004702",
            "Invalid Mandatory Field partnerReferenceNo"
        ),
        (.generate.replacing("T-1", ""), "4004702", "Invalid Mandatory Field partnerReferenceNo"),
        (
            .generate.replacing("T-1", String(repeating: "x", count: 26)), "4004701",
            "Invalid Field Format partnerReferenceNo"
        ),
        (.generate.replacing("\"T-1\"", "1"), "4004701", "Invalid Field Format partnerReferenceNo"),
        (.generate.replacing("+07:00", "+08:00"), "4004701", "Invalid Field Format validityPeriod"),
        (.generate.replacing("2026", "2025"), "4004701", "Invalid Field Format validityPeriod"),
        (.generate.replacing("10000.00", "10000"), "4004701", "Invalid Field Format amount.value"),
        (.generate.replacing("10000.00", "0.00"), "4004701", "Invalid Field Format amount.value"),
        (
            .generate.replacing("\"10000.00\"", "10000.00"), "4004701",
            "Invalid Field Format amount.value"
        ),
        (.generate.replacing("IDR", "USD"), "4004701", "Invalid Field Format amount.currency"),
        (
            .generate.replacing("feeAmount", "fee"), "4004702",
            "Invalid Mandatory Field feeAmount.value"
        ),
        (.query.replacing("47", "51"), "4005101", "Invalid Field Format serviceCode"),
        (
            .query.replacing("merchantId", "merchant"), "4005102",
            "Invalid Mandatory Field merchantId"
        ),
        (.query, "4045101", "Transaction Not Found"),
    ]

    @Test func `what is not in order is refused by name, and leaves nothing`() async throws {
        try await Scene.with { scene in
            for (index, (draft, code, message)) in Self.refused.enumerated() {
                let answer = try await answer(draft, scene, externalID: "\(index)")
                #expect(answer["responseCode"]?.string == code, "\(message)")
                #expect(answer["responseMessage"]?.string == message)
            }
            let (_, list) = try await scene.control("transactions")
            #expect(list["transactions"]?.elements.isEmpty == true)
        }
    }

    @Test func `the clock's bound is inclusive`() async throws {
        let bounds = [
            (-300_000, "2004700"), (300_000, "4094701"), (-301_000, "4014700"),
            (301_000, "4014700"),
        ]
        try await Scene.with { scene in
            for (offset, code) in bounds {
                let timestamp = JakartaTime.text(milliseconds: Scene.now + Int64(offset))
                let request = try Draft.generate.request(timestamp, "\(offset.magnitude)\(code)")
                let response = try await scene.client.send(request, to: scene.simulator)
                let root = try JSONDocument(response.body).root
                #expect(root["responseCode"]?.string == code, "\(offset) ms")
            }
        }
    }

    @Test func `an external id and a payment's number may come once`() async throws {
        try await Scene.with { scene in
            let again = Draft.generate.with("X-EXTERNAL-ID", "2")
            var codes: [String?] = []
            for draft in [Draft.generate, .generate, again] {
                codes.append(try await answer(draft, scene)["responseCode"]?.string)
            }
            #expect(codes == ["2004700", "4094700", "4094701"])
        }
    }
}
