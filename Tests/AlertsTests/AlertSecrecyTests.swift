import HTTPCore
import HTTPServer
import Payments
import Store
import Support
import Testing

@testable import Alerts

/// Neither the URL of an alert nor its headers get into the log.
@Suite(.timeLimit(.minutes(10)))
struct AlertSecrecyTests {
    static let secrets = ["T000SECRET", "B000SECRET", "XSECRETX", "QSECRETQ", "HSECRETH"]

    private static let path = "/services/T000SECRET/B000SECRET/XSECRETX?key=QSECRETQ"

    @Test(arguments: [
        (400, "application/json", "{\"error\":\"no /services/T000SECRET/B000SECRET/XSECRETX\"}"),
        (404, "text/plain", "Cannot POST /services/t000secret/b000secret/xsecretx?key=qsecretq"),
        (403, "text/html", "<p>HSECRETH</p>"),
        (401, "text/plain", String(repeating: "x", count: 196) + "QSECRETQ"),
        (307, "text/plain", ""), (500, "text/plain", "QSECRETQ"),
    ])
    func `whatever a receiver says`(status: Int, type: String, body: String) async throws {
        try await AlertReceiver.with { receiver in
            receiver.answer(
                status,
                [("Content-Type", type), ("Location", Self.path)],
                body: body
            )
            let scene = try await AlertScene()
            let members = "afterSeconds: 0, headers: { Authorization: 'Bearer HSECRETH' }"
            let runner = try await scene.runner(receiver.alert("ops", path: Self.path, members))
            try scene.open(1...1)
            await runner.runPass()
            let request = try #require(receiver.requests.first)
            #expect(request.head.text(request.head.target) == Self.path)
            guard case .value(let range) = request.head.single("Authorization") else {
                Issue.record("no Authorization")
                return
            }
            #expect(request.head.text(range) == "Bearer HSECRETH")
            let lines = scene.log.lines()
            #expect(!lines.isEmpty)
            for line in lines {
                for part in Self.secrets + ["/services"] {
                    #expect(!line.lowercased().contains(part.lowercased()), "\(line)")
                }
            }
            #expect(lines.contains { $0.contains("http://127.0.0.1:\(receiver.port) responded") })
            await scene.store.close()
        }
    }

    @Test func `what a receiver says without a secret is shown`() async throws {
        try await AlertReceiver.with { receiver in
            receiver.answer(
                400,
                [("Content-Type", "application/json; charset=utf-8")],
                body: "{\"ok\":false,\n\"description\":\"Bad Request: chat not found\"}"
            )
            let scene = try await AlertScene()
            let runner = try await scene.runner(
                receiver.alert("ops", path: Self.path, "afterSeconds: 0")
            )
            try scene.open(1...1)
            await runner.runPass()
            #expect(scene.log.lines(containing: "chat not found").count == 1)
            await scene.store.close()
        }
    }

    @Test func `a receiver without TLS or without a port fails by its host alone`() async throws {
        try await AlertReceiver.with { receiver in
            let scene = try await AlertScene()
            try scene.open(1...1)
            let closed = try ClosedPort.make()
            for url in ["https://127.0.0.1:\(receiver.port)", "http://127.0.0.1:\(closed)"] {
                let runner = try await scene.runner(
                    "{ name: 'ops', url: '\(url)\(Self.path)', afterSeconds: 0 }"
                )
                await runner.runPass()
            }
            let lines = scene.log.lines(containing: "level=warning")
            #expect(lines.count == 2, "\(lines)")
            for line in lines {
                #expect(!Self.secrets.contains { line.contains($0) }, "\(line)")
            }
            #expect(receiver.requests.isEmpty)
            await scene.store.close()
        }
    }
}
