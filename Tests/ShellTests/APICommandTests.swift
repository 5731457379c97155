import Commands
import HTTPCore
import Testing

@testable import Shell

/// What the commands ask, and how they show what they are answered.
struct APICommandTests {
    /// Every list, empty.
    private static let page =
        #"{"attention":[],"callbacks":[],"more":false,"next":0,"transactions":[],"transitions":[]}"#

    /// Command lines, and what each asks.
    private static let requests: [(arguments: [String], request: String)] = [
        (["transitions"], "GET /v1/transitions"),
        (
            ["transitions", "--recorded-from", "2026-11-22T10:00:00+07:00"],
            "GET /v1/transitions?recordedFrom=2026-11-22T10%3A00%3A00%2B07%3A00"
        ),
        (
            ["transitions", "--status", "success,refunded", "--after", "3"],
            "GET /v1/transitions?after=3&to=success%2Crefunded"
        ),
        (
            ["transitions", "--after", "latest", "--limit", "5", "--wait=0"],
            "GET /v1/transitions?after=latest&limit=5&wait=0"
        ),
        (
            ["transactions", "--amount", "25000.00", "--status", "success", "--limit", "5"],
            "GET /v1/transactions?status=success&amount=25000.00&limit=5"
        ),
        (["find"], "GET /v1/find"),
        (
            [
                "find", "--amount", "25000", "--at", "14:05", "--within-seconds", "600", "--text",
                "TRX-1", "--limit", "5",
            ],
            "GET /v1/find?amount=25000&at=14%3A05&withinSeconds=600&text=TRX-1&limit=5"
        ),
        (["transaction", "TRX-1"], "GET /v1/transactions/TRX-1"),
        (
            ["transaction", "--wait", "55", "--since", "17", "--", "-a/b c?ü"],
            "GET /v1/transactions/-a%2Fb%20c%3F%C3%BC?wait=55&since=17"
        ),
        (["callbacks"], "GET /v1/callbacks"),
        (
            [
                "callbacks", "--reference", "a&b", "--outcome", "refused", "--external-id", "1",
                "--from", "2026-11-22", "--to", "2026-11-22T10:00:00+07:00", "--after", "9",
                "--limit", "1000",
            ],
            "GET /v1/callbacks?reference=a%26b&outcome=refused&externalId=1&from=2026-11-22"
                + "&to=2026-11-22T10%3A00%3A00%2B07%3A00&after=9&limit=1000"
        ),
        (
            ["attention", "--state", "all", "--kind", "late-success", "--after", "3"],
            "GET /v1/attention?state=all&kind=late-success&after=3"
        ),
        (["dossier", "TRX-1"], "GET /v1/transactions/TRX-1/dossier"),
        (["gateway-report"], "GET /v1/gateway-report"),
        (
            ["gateway-report", "--from", "2026-11-22", "--to", "2026-11-23", "--limit", "9"],
            "GET /v1/gateway-report?from=2026-11-22&to=2026-11-23&limit=9"
        ),
        (["query", "TRX-1"], #"POST /admin/qr/query {"partnerReferenceNo":"TRX-1"}"#),
        (
            ["generate", "--reference", "TRX-1", "--amount", "10000.00"],
            #"POST /admin/qr/generate {"partnerReferenceNo":"TRX-1","amount":"10000.00"}"#
        ),
        (
            [
                "generate", "--reference", "a\"b", "--amount", "-1", "--fee", "0.00",
                "--validity-seconds", "900",
            ],
            #"POST /admin/qr/generate {"partnerReferenceNo":"a\"b","amount":"-1","#
                + #""feeAmount":"0.00","validitySeconds":900}"#
        ),
        (
            [
                "generate", "--reference", "T", "--amount", "1", "--validity-period",
                "2026-11-22T10:15:00+07:00",
            ],
            #"POST /admin/qr/generate {"partnerReferenceNo":"T","amount":"1","#
                + #""validityPeriod":"2026-11-22T10:15:00+07:00"}"#
        ),
    ]

    @Test func `a command line becomes one request`() async throws {
        let answers = Self.requests.map { _ in Response.json(Self.page) }
        try await ShellScene.with(answers) { scene in
            for (arguments, _) in Self.requests {
                let (code, output, error) = await scene.run(
                    [arguments[0], "--json"] + arguments.dropFirst()
                )
                #expect((code, output, error) == (.success, Self.page + "\n", ""), "\(arguments)")
            }
            #expect(scene.standIn.requests == Self.requests.map(\.request))
            #expect(Set(scene.standIn.authorizations) == ["Bearer \(ShellScene.token)"])
        }
    }

    @Test func `the feed is a table, and how it goes on is told`() async throws {
        let answer = Response.json(
            """
            {"feed":"f","head":9,"more":true,"next":2,"transitions":[
            {"sequence":1,"partnerReferenceNo":"TRX-1","referenceNo":"PAY1","from":null,
            "to":"success","amount":{"value":"10000.00","currency":"IDR"},"source":"notify",
            "recordedAt":"2026-11-22T10:03:11.000+07:00"},
            {"sequence":2,"partnerReferenceNo":"TRX-\\u001b[2J","referenceNo":null,
            "from":"success","to":"refunded","amount":null,"source":"query","recordedAt":"t"}]}
            """
        )
        try await ShellScene.with([answer, .json(Self.page)]) { scene in
            let (code, output, error) = await scene.run(["transitions"])
            #expect(code == .success)
            let titles =
                "SEQUENCE  REFERENCE      FROM     TO              AMOUNT  SOURCE  "
                + "RECORDED                       GATEWAY'S REFERENCE"
            #expect(
                output.split(separator: "\n").map(String.init) == [
                    titles,
                    "       1  TRX-1          -        success   10000.00 IDR  notify  "
                        + "2026-11-22T10:03:11.000+07:00  PAY1",
                    "       2  TRX-\\u{1b}[2J  success  refunded             -  query   "
                        + "t                              -",
                ]
            )
            let line = "cashin-receiver transitions: there are more; continue with --after 2\n"
            #expect(error == line)
            #expect(await scene.run(["transitions"]) == (.success, "No transitions.\n", ""))
        }
    }

    @Test func `callbacks and attention are tables`() async throws {
        let callbacks = Response.json(
            """
            {"callbacks":[{"id":99,"receivedAt":"t","outcome":"refused","responseCode":"4015600",
            "partnerReferenceNo":null,"originalReferenceNo":"TRX-1","latestTransactionStatus":"00",
            "amount":null,"deliveries":{"count":2},"externalId":"e","body":"{}"}],
            "next":99,"more":false}
            """
        )
        let attention = Response.json(
            """
            {"attention":[{"id":3,"kind":"late-success","partnerReferenceNo":"TRX-1",
            "callbackId":null,"detail":"Came late.","count":1,"openedAt":"o","lastAt":"l",
            "resolvedAt":"r","resolvedBy":"ops","note":"fine"}],"next":3,"more":false}
            """
        )
        let none = [
            Response.json(#"{"callbacks":[],"next":0,"more":false}"#),
            Response.json(#"{"attention":[],"next":0,"more":false}"#),
        ]
        try await ShellScene.with([callbacks, attention] + none) { scene in
            var outcome = await scene.run(["callbacks"])
            #expect(
                outcome.output == """
                    ID  RECEIVED  OUTCOME  RESPONSE  REFERENCE  STATUS  AMOUNT  TIMES  EXTERNAL ID
                    99  t         refused  4015600   TRX-1      00           -      2  e

                    """
            )
            outcome = await scene.run(["attention"])
            #expect(
                outcome.output
                    == "ID  KIND          REFERENCE  CALLBACK  COUNT  OPENED  LAST  "
                    + "RESOLVED      DETAIL\n"
                    + " 3  late-success  TRX-1             -      1  o       l     "
                    + "r, ops, fine  Came late.\n"
            )
            #expect(await scene.run(["callbacks"]).output == "No callbacks.\n")
            #expect(await scene.run(["attention"]).output == "Nothing needs attention.\n")
        }
    }

    @Test func `a transaction is a list of what is known, with its transitions`() async throws {
        let transaction = """
            {"partnerReferenceNo":"TRX-1","referenceNo":"PAY1","status":"success",
            "latestTransactionStatus":"00","final":true,"lastSequence":17,
            "amount":{"value":"10000.00","currency":"IDR"},"feeAmount":null,"expired":true,
            "validityPeriod":"v","origin":"generate","lastError":{"detail":"no","at":"t"},
            "attention":["late-success","amount-mismatch"],"checks":{"callbacks":1,
            "lastQuery":{"at":"q","responseCode":"2005100"},"nextQueryAt":null}
            """
        let transitions = #","transitions":[{"sequence":17,"to":"success"}]}"#
        let gateway = #""gateway":{"responseCode":"2005100","responseMessage":"Successful","#
        let answers = [
            Response.json(transaction + transitions),
            Response.json(
                "{\(gateway)\"latestTransactionStatus\":\"00\"},\"transaction\":\(transaction)}}"
            ),
        ]
        try await ShellScene.with(answers) { scene in
            let facts = """
                Reference            TRX-1
                Gateway's reference  PAY1
                Status               success (00), final
                Amount               10000.00 IDR
                Valid until          v, expired
                Origin               generate
                Last sequence        17
                Last error           no t
                Attention            late-success, amount-mismatch
                Callbacks            1
                Last query           q 2005100

                """
            let shown = await scene.run(["transaction", "TRX-1"])
            #expect(shown.output.hasPrefix(facts + "\nSEQUENCE  REFERENCE"))
            let asked = await scene.run(["query", "TRX-1"])
            #expect(asked.output == "Gateway: 2005100 Successful, status 00\n\n" + facts)
        }
    }

    @Test func `JSON is one line, and shows no controls on a terminal`() async throws {
        let answer = Response.json(
            "{ \"callbacks\": [\n{\"body\": \"a  b\\n\u{7F}\u{9B}2J\u{202E}\"} ], "
                + "\"more\": false }\n"
        )
        try await ShellScene.with([answer, answer]) { scene in
            let plain = await scene.run(["callbacks", "--json"])
            let line =
                "{\"callbacks\":[{\"body\":\"a  b\\n\u{7F}\u{9B}2J\u{202E}\"}],\"more\":false}\n"
            #expect(plain == (.success, line, ""))
            let shown = await scene.run(["callbacks", "--json"], isTerminal: true)
            #expect(
                shown.output
                    == #"{"callbacks":[{"body":"a  b\n\u007f\u009b2J\u202e"}],"more":false}"# + "\n"
            )
        }
    }
}
