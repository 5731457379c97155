import Commands
import HTTPCore
import Testing

@testable import Shell

/// `callback`: one stored callback, and its diagnosis.
struct CallbackCommandTests {
    @Test func `a callback is its facts and the request as received`() async throws {
        let callback = Response.json(
            #"""
            {"id":7,"receivedAt":"t","outcome":"refused","responseCode":"4015600",
            "responseMessage":"Unauthorized. [Signature]","externalId":"e",
            "partnerReferenceNo":null,"originalPartnerReferenceNo":"A","originalReferenceNo":"B",
            "latestTransactionStatus":"00","amount":{"value":"10000.00","currency":"IDR"},
            "sequence":null,"match":null,"deliveries":{"count":3,"firstAt":"t","lastAt":"u"},
            "client":"203.0.113.7","requestLine":"POST /v1.0/debit/notify HTTP/1.1",
            "headers":[{"name":"X-A","value":"\u001b[2J"}],"body":"{\n}","erased":null}
            """#
        )
        try await ShellScene.with([callback]) { scene in
            let (code, output, error) = await scene.run(["callback", "7"])
            #expect((code, error) == (.success, ""))
            #expect(
                output == #"""
                    Callback     7
                    Received     t
                    From         203.0.113.7
                    Outcome      refused
                    Response     4015600 Unauthorized. [Signature]
                    Said about   A B
                    Said status  00
                    Said amount  10000.00 IDR
                    External id  e
                    Deliveries   3, the last at u

                    POST /v1.0/debit/notify HTTP/1.1
                    X-A: \u{1b}[2J

                    {
                    }

                    """#
            )
        }
    }

    @Test func `what is left of an erased callback is shown, and base64 as it is`() async throws {
        let answers = [
            #"{"id":1,"headers":null,"erased":{"bodySha256":"ab","signature":"cd"}}"#,
            #"{"id":2,"headers":[],"bodyBase64":"/w=="}"#,
        ].map { Response.json($0) }
        try await ShellScene.with(answers) { scene in
            let erased = await scene.run(["callback", "1"])
            #expect(erased.output == "Callback      1\nBody SHA-256  ab\nSignature     cd\n")
            let binary = await scene.run(["callback", "2"])
            #expect(binary.output == "Callback  2\n\nThe body in base64:\n/w==\n")
        }
    }

    @Test func `a diagnosis begins with the verdict and what to do`() async throws {
        let diagnosis = Response.json(
            """
            {"verdict":"oneChange","summary":"Refused.","answer":{"remedy":"Do it."},
            "changes":[{"change":"path","detail":"D","remedy":"Pin it."}],"notes":["N"],
            "signed":{"stringToSign":"POST:/x"}}
            """
        )
        try await ShellScene.with([diagnosis]) { scene in
            let (code, output, _) = await scene.run(["callback", "7", "--diagnosis"])
            #expect(code == .success)
            #expect(
                output == """
                    oneChange: Refused.
                    What to do: Do it.

                    path: D.
                      Pin it.

                    Notes:
                      N

                    Signed string:
                      POST:/x

                    """
            )
            #expect(scene.standIn.requests == ["GET /v1/callbacks/7/diagnosis"])
        }
    }

    @Test func `an id is a number`() async {
        let (code, _, error) = await ShellScene.run(["callback", "x"])
        #expect(code == .usage)
        #expect(error.contains(#"ID "x": expected a whole number from 1 on"#))
    }
}
