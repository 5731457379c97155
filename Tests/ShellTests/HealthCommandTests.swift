import Commands
import HTTPCore
import Testing

@testable import Shell

/// `health`: the report of a daemon, ready or not, without a token.
struct HealthCommandTests {
    @Test func `a report is shown, and its result is the exit code`() async throws {
        let ready = #"{"status":"ok","checks":[{"name":"database","status":"ok"}]}"#
        let stopping = #"{"status":"not ready","checks":[{"name":"draining","status":"stopping"}]}"#
        let answers = [
            Response.json(ready), .json(stopping, 503), .json(stopping, 503),
            .problem(503, "overloaded"), .json("{}"),
        ]
        try await ShellScene.with(answers) { scene in
            let arguments = ["health", "--url", scene.url]
            let first = await ShellScene.run(arguments)
            #expect(first == (.success, "CHECK     STATUS\ndatabase  ok\n", ""))
            let text = "cashin-receiver health: the daemon is not ready for callbacks\n"
            let second = await ShellScene.run(arguments)
            #expect(second == (.unavailable, "CHECK     STATUS\ndraining  stopping\n", text))
            let third = await ShellScene.run(arguments + ["--json"])
            #expect(third == (.unavailable, stopping + "\n", text))
            let fourth = await ShellScene.run(arguments)
            #expect(fourth == (.unavailable, "", "cashin-receiver health: Title: Detail.\n"))
            #expect(await ShellScene.run(arguments).error.contains("answered without checks"))
            #expect(scene.standIn.requests == Array(repeating: "GET /readyz", count: 5))
            #expect(Set(scene.standIn.authorizations) == [""])
        }
    }
}
