import APIModel
import HTTPCore
import Store
import Support
import Testing
import Text

@testable import InternalAPI

/// `GET /v1/transactions/{partnerReferenceNo}/qr.svg`: what has no picture.
@Suite struct QRPictureEndpointTests {
    @Test(arguments: ["libqrencode-none.so.9", "libm.so.6"])
    func `without the library the problem names its package`(library: String) {
        let problem = #expect(throws: Problem.self) {
            try QRPictureEndpoint.response("0002", library: library)
        }
        #expect(problem?.kind == .qrEncoderMissing)
        #expect(problem?.response.status == .notImplemented)
        #expect(problem?.detail.contains(library) == true)
        #expect(problem?.detail.contains("package libqrencode4") == true)
    }

    @Test(arguments: [
        ("none", "No transaction has partnerReferenceNo none."),
        ("a%20b", "A partnerReferenceNo has 1 to 64 visible ASCII characters."),
    ])
    func `an unknown payment has no picture`(reference: String, detail: String) async throws {
        try await InternalScene.with { scene in
            let reply = try await scene.send(
                "GET",
                "/v1/transactions/\(reference)/qr.svg",
                as: "feed"
            )
            #expect(reply.status == 404)
            #expect(reply.problem == "transaction-not-found")
            #expect(reply.json?["detail"]?.string == detail)
        }
    }
}
