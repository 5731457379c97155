import Commands
import HTTPCore
import Support
import Testing

@testable import HTTPClient
@testable import ReceiverClient
@testable import Shell

/// What the shell is told when there is no answer to show.
struct APIProblemTests {
    private static let problems: [(answer: Response, code: ExitCode, text: String)] = [
        (.problem(400, "invalid-parameter"), .badData, "Title: Detail."),
        (
            .problem(400, "invalid-member", members: #","field":"amount""#), .badData,
            "Title: Detail. (field amount)"
        ),
        (.problem(404, "transaction-not-found"), .badData, "Title: Detail."),
        (.problem(409, "feed-changed"), .badData, "Title: Detail."),
        (.problem(410, "position-expired"), .badData, "Title: Detail."),
        (.problem(422, "x"), .badData, "Title: Detail."),
        (
            .problem(401, "unauthorized"), .configuration,
            "Title: Detail. (the token is in DIR/token)"
        ),
        (
            .problem(403, "forbidden"), .configuration,
            "Title: Detail. (the token is in DIR/token)"
        ),
        (.problem(500, "internal-error"), .internalError, "Title: Detail."),
        (.problem(503, "overloaded"), .unavailable, "Title: Detail."),
        (
            .problem(
                502,
                "gateway-refused",
                members: #","field":"f","responseCode":"4004701","responseMessage":"In\u001bvalid""#
            ), .unavailable, "Title: Detail. (field f; gateway 4004701 In\\u{1b}valid)"
        ),
        (
            .problem(504, "gateway-timeout", members: #","responseCode":"5044700""#),
            .unavailable, "Title: Detail. (gateway 5044700)"
        ),
        (
            .json("<html>", 404), .unavailable,
            "URL answered 404 Not Found, which is not JSON; "
                + "expected the internal API of cashin-receiver"
        ),
        (
            .json("{}", 400), .unavailable,
            "URL answered 400 Bad Request, without problem details; "
                + "expected the internal API of cashin-receiver"
        ),
        (
            .json("[]"), .unavailable,
            "URL answered 200 OK, which is not a JSON object; "
                + "expected the internal API of cashin-receiver"
        ),
        (
            .json("{}"), .unavailable,
            "URL answered without attention; expected the internal API of cashin-receiver"
        ),
    ]

    @Test func `a problem is one line, and its exit code says whose it is`() async throws {
        try await ShellScene.with(Self.problems.map(\.answer)) { scene in
            for (_, code, text) in Self.problems {
                let outcome = await scene.run(["attention"])
                let line = text.replacing("URL", with: scene.url)
                    .replacing("DIR", with: scene.directory.path)
                let expected = (code, "", "cashin-receiver attention: \(line)\n")
                #expect(outcome == expected)
            }
        }
    }

    @Test func `a daemon that is not there is told`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("token", ShellScene.token)
        let (code, output, error) = await ShellScene.run([
            "attention", "--token-file", "\(directory.path)/token", "--url", "http://127.0.0.1:1",
        ])
        #expect((code, output) == (.unavailable, ""))
        let start = "cashin-receiver attention: http://127.0.0.1:1: connect failed: "
        #expect(error.hasPrefix(start), "\(error)")
    }

    @Test func `what may have been done all the same is told`() {
        let origin = Origin(isSecure: false, host: "127.0.0.1", port: 81)
        let hint = "it may have been executed; repeat the same command"
        for (phase, isRepeatable, isTold) in [
            (HTTPClientError.Phase.connect, false, false), (.wait, false, true),
            (.wait, true, false),
        ] {
            let request = OutboundRequest(method: "POST", target: "/", isRepeatable: isRepeatable)
            let error = HTTPClientError(phase, .timedOut, "")
            let problem = CommandProblem(request, to: origin, error)
            #expect(problem.code == .unavailable)
            #expect(problem.isPassing)
            #expect(problem.lines.count == 1)
            #expect(problem.lines[0].hasPrefix("http://127.0.0.1:81: \(phase) timed out"))
            #expect(problem.lines[0].hasSuffix(hint) == isTold)
        }
    }

    @Test(arguments: [
        (["transitions", "--limit", "0"], #"--limit "0": expected a whole number from 1 to 1000"#),
        (
            ["transitions", "--limit", "1001"],
            #"--limit "1001": expected a whole number from 1 to 1000"#
        ),
        (["transitions", "--wait", "56"], #"--wait "56": expected a whole number from 0 to 55"#),
        (["transitions", "--after", "+1"], #"--after "+1": expected a whole number from 0 on"#),
        (
            ["callbacks", "--after", "latest"],
            #"--after "latest": expected a whole number from 0 on"#
        ),
        (
            ["transaction", "T", "--since", "-1"],
            #"--since "-1": expected a whole number from 0 on"#
        ),
        (
            ["transitions", "--follow", "--wait", "1"],
            "--wait: expected without --follow, which always waits"
        ),
        (
            ["generate", "--reference", "T", "--amount", "1", "--validity-seconds", "0"],
            #"--validity-seconds "0": expected a whole number from 1 on"#
        ),
        (
            [
                "generate", "--reference", "T", "--amount", "1", "--validity-seconds", "1",
                "--validity-period", "t",
            ], "--validity-period: expected without --validity-seconds"
        ),
        (["generate", "--reference", "T"], "--amount AMOUNT is missing"),
        (["query"], "REFERENCE is missing"),
    ])
    func `a wrong option is explained before anything is asked`(
        _ arguments: [String],
        _ text: String
    ) async {
        let (code, output, error) = await ShellScene.run(arguments)
        #expect((code, output) == (.usage, ""))
        let line = error.split(separator: "\n").first.map(String.init)
        #expect(line == "cashin-receiver \(arguments[0]): \(text)")
    }
}
