import Commands
import HTTPCore
import Testing

@testable import Shell

/// The commands for operators: the requests they send, and how they show the responses.
struct DecisionCommandTests {
    /// Command lines, and the request of each.
    private static let requests: [(arguments: [String], request: String)] = [
        (
            ["attention", "resolve", "7", "--note", "seen"],
            #"POST /admin/attention/7/resolve {"note":"seen"}"#
        ),
        (
            [
                "attention", "resolve", "--accept", "00", "--amount", "9000.00", "--callback", "3",
                "--dry-run", "--note", "a \"b\"", "7",
            ],
            #"POST /admin/attention/7/resolve {"note":"a \"b\"","accept":"00","#
                + #""amount":"9000.00","callbackId":3,"dryRun":true}"#
        ),
        (
            [
                "attention", "resolve", "--all", "--kind", "late-success", "--before",
                "2026-11-22", "--note", "n",
            ],
            #"POST /admin/attention/resolve {"kind":"late-success","before":"2026-11-22","#
                + #""note":"n"}"#
        ),
        (
            ["accept", "a/b", "--status", "00", "--note", "n"],
            #"POST /admin/transactions/a%2Fb/accept {"status":"00","note":"n"}"#
        ),
        (
            ["accept", "T", "--status=04", "--amount=1", "--note=n", "--dry-run"],
            #"POST /admin/transactions/T/accept {"status":"04","amount":"1","note":"n","#
                + #""dryRun":true}"#
        ),
        (["reconcile"], "POST /admin/reconcile {}"),
        (["replay", "3", "1", "2"], #"POST /admin/callbacks/replay {"ids":[3,1,2]}"#),
        (
            [
                "replay", "--outcome", "refused", "--from", "2026-11-22", "--to", "2026-11-23",
                "--dry-run",
            ],
            #"POST /admin/callbacks/replay {"outcome":"refused","from":"2026-11-22","#
                + #""to":"2026-11-23","dryRun":true}"#
        ),
    ]

    @Test func `a command line becomes one request`() async throws {
        let body = #"{"results":[]}"#
        let answers = Self.requests.map { _ in Response.json(body) }
        try await ShellScene.with(answers) { scene in
            for (arguments, _) in Self.requests {
                let (code, output, error) = await scene.run(arguments + ["--json"])
                #expect((code, output, error) == (.success, body + "\n", ""), "\(arguments)")
            }
            #expect(scene.standIn.requests == Self.requests.map(\.request))
        }
    }

    @Test(arguments: [
        (["attention", "resolve", "7"], "--note TEXT is missing"),
        (["attention", "resolve", "--note", "n"], "ID is missing; --all resolves all entries"),
        (["attention", "resolve", "x", "--note", "n"], "ID \"x\": expected a whole number"),
        (["attention", "resolve", "0", "--note", "n"], "ID \"0\": expected a whole number"),
        (["attention", "resolve", "7", "8", "--note", "n"], "unexpected argument \"8\""),
        (
            ["attention", "resolve", "7", "--kind", "late-success", "--note", "n"],
            "--kind: expected with --all only"
        ),
        (["attention", "resolve", "7", "--all", "--note", "n"], "--all: expected without ID"),
        (
            ["attention", "resolve", "--all", "--accept", "00", "--note", "n"],
            "--accept: expected without --all"
        ),
        (
            ["attention", "resolve", "--all", "--kind", "late-success", "--note", "n"],
            "--before TIME is missing"
        ),
        (
            ["attention", "resolve", "7", "--accept", "00", "--amount", "15.000", "--note", "n"],
            "--amount: 15.000 may mean 15000 in Indonesia"
        ),
        (["accept", "T", "--note", "n"], "--status CODE is missing"),
        (
            ["accept", "T", "--status", "00", "--amount", "15.000", "--note", "n"],
            "--amount: 15.000 may mean 15000 in Indonesia"
        ),
        (["reconcile", "now"], "unexpected argument \"now\""),
        (["replay"], "ID is missing, or --outcome OUTCOME instead"),
        (["replay", "1", "--outcome", "stale"], "--outcome: expected without IDs"),
        (["replay", "1", "--to", "2026-11-22"], "--to: expected with --outcome only"),
        (["replay", "1", "-2"], "unexpected argument \"-2\""),
    ])
    func `a wrong command line sends nothing`(_ arguments: [String], _ text: String) async throws {
        try await ShellScene.with([]) { scene in
            let (code, output, error) = await scene.run(arguments)
            #expect((code, output) == (.usage, ""))
            #expect(error.contains(text), "\(error)")
            #expect(scene.standIn.requests.isEmpty)
        }
    }

    private static let transition = """
        {"sequence":4,"partnerReferenceNo":"TRX-1","referenceNo":"PAY1","from":"pending",
        "to":"success","amount":{"value":"9000.00","currency":"IDR"},"source":"operator",
        "recordedAt":"t"}
        """
    private static let row = """
        SEQUENCE  REFERENCE  FROM     TO            AMOUNT  SOURCE    RECORDED  GATEWAY'S REFERENCE
               4  TRX-1      pending  success  9000.00 IDR  operator  t         PAY1

        """

    @Test func `a resolved entry is shown with what was accepted`() async throws {
        let entry = #""attention":{"id":7,"kind":"amount-mismatch","partnerReferenceNo":"TRX-1""#
        let resolved = #","resolvedAt":"t","resolvedBy":"ops","note":"n"}"#
        let accept = ["attention", "resolve", "7", "--note", "n", "--accept", "00"]
        try await ShellScene.with([
            .json("{\(entry)\(resolved),\"transition\":\(Self.transition),\"dryRun\":false}"),
            .json("{\(entry)},\"transition\":\(Self.transition),\"dryRun\":true}"),
            .json("{\(entry)\(resolved),\"transition\":null,\"dryRun\":false}"),
            .json("{\(entry)\(resolved),\"transition\":null,\"dryRun\":false}"),
            .json(#"{"resolved":12}"#),
        ]) { scene in
            let line = "Entry 7 (amount-mismatch, TRX-1): resolved t, ops, n\n"
            #expect(await scene.run(accept).output == line + "\n" + Self.row)
            #expect(
                await scene.run(accept + ["--dry-run"]).output
                    == "Dry run: nothing was written.\n"
                    + "Entry 7 (amount-mismatch, TRX-1): open\n\n" + Self.row
            )
            #expect(
                await scene.run(accept).output
                    == line + "\nNo transition: the payment already has this status.\n"
            )
            #expect(await scene.run(["attention", "resolve", "7", "--note", "n"]).output == line)
            let all = ["attention", "resolve", "--all", "--kind", "k", "--before", "b"]
            #expect(await scene.run(all + ["--note", "n"]).output == "Resolved: 12\n")
        }
    }

    @Test func `an accepted payment is shown, in a dry run only its transition`() async throws {
        let accept = ["accept", "TRX-1", "--status", "00", "--note", "n"]
        try await ShellScene.with([
            .json(
                """
                {"transaction":{"partnerReferenceNo":"TRX-1","status":"success"},
                "transition":\(Self.transition),"dryRun":false}
                """
            ),
            .json("{\"transaction\":null,\"transition\":\(Self.transition),\"dryRun\":true}"),
        ]) { scene in
            let facts = "Reference  TRX-1\nStatus     success\n"
            #expect(await scene.run(accept).output == Self.row + "\n" + facts)
            #expect(
                await scene.run(accept + ["--dry-run"]).output
                    == "Dry run: nothing was written.\n\n" + Self.row
            )
        }
    }

    @Test func `what a replay and a reconciliation did is shown`() async throws {
        let results = """
            {"results":[{"callbackId":1,"before":"refused","after":"applied","sequence":9},
            {"callbackId":12,"before":"stale","after":"stale","sequence":null}],"more":true}
            """
        try await ShellScene.with([
            .json(results), .json(#"{"results":[],"more":false}"#), .json(#"{"count":3}"#, 202),
        ]) { scene in
            let (code, output, error) = await scene.run(["replay", "1", "12", "--dry-run"])
            #expect(code == .success)
            #expect(
                output == """
                    Dry run: nothing was written.
                    CALLBACK  BEFORE   AFTER    SEQUENCE
                           1  refused  applied         9
                          12  stale    stale           -

                    """
            )
            #expect(error.contains("older callbacks were left out"))
            #expect(await scene.run(["replay", "--outcome", "stale"]).output == "No callbacks.\n")
            #expect(await scene.run(["reconcile"]).output == "Status inquiries started: 3\n")
        }
    }

    @Test(arguments: ["several-facts", "not-allowed", "already-resolved"])
    func `a refused decision shows the server's detail`(_ name: String) async throws {
        let problem = Response.problem(409, name, members: #","field":"amount""#)
        try await ShellScene.with([problem, problem]) { scene in
            for arguments in [
                ["attention", "resolve", "7", "--note", "n", "--accept", "00"],
                ["accept", "TRX-1", "--note", "n", "--status", "00"],
            ] {
                let (code, output, error) = await scene.run(arguments)
                #expect((code, output) == (.badData, ""))
                #expect(error.hasSuffix(": Title: Detail. (field amount)\n"))
            }
        }
    }
}
