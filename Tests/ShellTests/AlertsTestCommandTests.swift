import Commands
import HTTPCore
import HTTPServer
import Support
import Testing

@testable import FileCommands
@testable import ReceiverClient

/// `alerts test`, towards a receiver on loopback.
@Suite(.timeLimit(.minutes(10)))
struct AlertsTestCommandTests {
    private func run(
        _ alerts: String,
        _ name: String...
    ) async throws -> (code: ExitCode, output: String, error: String) {
        let fixture = try ConfigurationFixture()
        let recorder = ConsoleRecorder()
        let program = Program(name: programName, summary: "", commands: [.testAlerts])
        let arguments = ["alerts", "test", "--config", fixture.file, "--set", "alerts=\(alerts)"]
        let code = await program.run(arguments + name, console: recorder.console)
        return (code, recorder.output, recorder.error)
    }

    @Test func `a message is sent to each alert, as the daemon sends it`() async throws {
        try await ShellScene.with([Response(.ok), .json("", 204)]) { scene in
            let result = try await run(
                """
                [{ name: 'a', url: '\(scene.url)/SECRET', headers: { Authorization: 'SECRET' } },
                 { name: 'b', url: '\(scene.url)/b', body: '{"text": "${title}|${kind}|${url}"}' }]
                """
            )
            #expect(result.code == .success)
            #expect(
                result.output == """
                    a: sent, \(scene.url) responded with 200
                    b: sent, \(scene.url) responded with 204

                    """
            )
            #expect(result.error.isEmpty)
            let requests = scene.standIn.requests
            #expect(requests.count == 2)
            #expect(requests[0].hasPrefix("POST /SECRET {\"alert\":\"a\",\"state\":\"test\""))
            #expect(
                requests[1] == "POST /b {\"text\": \"Test of the alert b|test|"
                    + "http://127.0.0.1:8081/v1/attention\"}"
            )
            #expect(scene.standIn.authorizations == ["SECRET", ""])
        }
    }

    @Test func `a name chooses one alert`() async throws {
        try await ShellScene.with([Response(.ok)]) { scene in
            let alerts = "[{name:'a',url:'\(scene.url)/a'},{name:'b',url:'\(scene.url)/b'}]"
            #expect(try await run(alerts, "b").code == .success)
            #expect(scene.standIn.requests.map { $0.prefix(7) } == ["POST /b"])
            let unknown = try await run(alerts, "c")
            #expect(unknown.code == .usage)
            #expect(
                unknown.error == "cashin-receiver alerts test: no alert is named \"c\", expected "
                    + "one of: a, b\n"
            )
        }
    }

    @Test func `what a receiver rejects is shown, without the URL`() async throws {
        var response = Response.json("{\"error\":\"invalid_token\"}", 403)
        response.add("Content-Type", "application/json")
        try await ShellScene.with([response]) { scene in
            let result = try await run("[{ name: 'a', url: '\(scene.url)/SECRET' }]")
            #expect(result.code == .configuration)
            #expect(
                result.output
                    == "a: rejected: \(scene.url) responded with 403: "
                    + "{\"error\":\"invalid_token\"}\n"
            )
        }
    }

    @Test func `a receiver that is down or overloaded is unavailable`() async throws {
        let closed = try ClosedPort.make()
        let down = try await run("[{ name: 'a', url: 'http://127.0.0.1:\(closed)/SECRET' }]")
        #expect(down.code == .unavailable)
        #expect(down.output.hasPrefix("a: not sent: connect failed: 127.0.0.1:\(closed)"))
        #expect(!down.output.contains("SECRET"))
        try await ShellScene.with([Response(.serviceUnavailable), Response(.ok)]) { scene in
            let alerts = "[{name:'a',url:'\(scene.url)/a'},{name:'b',url:'\(scene.url)/b'}]"
            let result = try await run(alerts)
            #expect(result.code == .unavailable)
            #expect(
                result.output == """
                    a: not sent: \(scene.url) responded with 503
                    b: sent, \(scene.url) responded with 200

                    """
            )
        }
    }

    @Test func `without alerts there is nothing to test`() async throws {
        let result = try await run("[]")
        #expect(result.code == .configuration)
        #expect(result.error.hasPrefix("cashin-receiver alerts test: alerts is empty in "))
    }

    @Test func `an invalid configuration is listed`() async throws {
        let result = try await run("[{ name: 'a', url: 'http://chat.example/SECRET' }]")
        #expect(result.code == .configuration)
        #expect(result.error.contains("alerts[0].url: uses http to another machine"))
        #expect(!result.error.contains("SECRET"))
    }
}
