import AlertMessages
import Configuration
import HTTPCore
import HTTPServer
import Payments
import Store
import Support
import System
import Testing
import Text

@testable import Alerts

/// The samples of `deploy/ALERTS.md`, read by the real reader and sent to a stand-in.
@Suite(.timeLimit(.minutes(10)))
struct AlertSamplesTests {
    /// The blocks of JSON5 on the page.
    private static func samples() throws -> [String] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "/\(root)/deploy/ALERTS.md"
        let bytes = try FileContents(reading: path, bytesMax: 65_536).bytes
        let parts = String(decoding: bytes, as: UTF8.self).components(by: "```json5\n").dropFirst()
        return parts.compactMap { $0.components(by: "\n```").first }
    }

    private func configuration(_ sample: String) throws -> LoadedConfiguration {
        try ConfigurationFixture().load(["alerts=[\(sample)]"])
    }

    @Test func `there is one for each of the usual receivers, and each checks out`() throws {
        let names = try Self.samples().map { sample in
            let loaded = try configuration(sample)
            #expect(loaded.warnings.filter { $0.path.hasPrefix("alerts") }.isEmpty)
            return try #require(loaded.configuration.alerts.first).name
        }
        #expect(names == ["slack", "telegram", "ntfy", "mail"])
    }

    /// The URL of a sample, replaced by that of the stand-in.
    private func local(_ sample: String, _ receiver: AlertReceiver) throws -> String {
        let lines = sample.split(separator: "\n").map { line in
            line.hasPrefix("  url: ") ? "  url: 'http://127.0.0.1:\(receiver.port)/'," : line
        }
        return lines.joined(separator: "\n")
    }

    @Test func `each sends what its receiver reads`() async throws {
        try await AlertReceiver.with { receiver in
            let scene = try await AlertScene()
            try scene.open(1...2)
            scene.clocks.advance(seconds: 300)
            for sample in try Self.samples() {
                await (try await scene.runner(try local(sample, receiver))).runPass()
            }
            let bodies = receiver.bodies
            #expect(bodies.count == 4)
            let slack = try JSONDocument(Array(bodies[0].utf8)).root
            #expect(slack["text"]?.string == "late-success: 2 entries")
            #expect(
                bodies[0].contains(
                    #""type": "plain_text", "text": "late-success: 2 entries\ntext 1\ntext 2"}"#
                )
            )
            let telegram = try JSONDocument(Array(bodies[1].utf8)).root
            #expect(telegram["text"]?.string == "late-success: 2 entries\ntext 1\ntext 2")
            #expect(bodies[2] == "late-success: 2 entries\ntext 1\ntext 2")
            let type = receiver.requests[2].head.single("Content-Type")
            guard case .value(let range) = type else {
                Issue.record("no Content-Type")
                return
            }
            #expect(receiver.requests[2].head.text(range) == "text/plain; charset=utf-8")
            let mail = try JSONDocument(Array(bodies[3].utf8)).root
            #expect(mail["title"]?.string == "late-success: 2 entries")
            #expect(
                mail["body"]?.string
                    == "text 1\ntext 2\n\nhttp://127.0.0.1:8081/v1/attention?kind=late-success"
            )
            await scene.store.close()
        }
    }
}

extension String {
    /// What stands between the separators.
    fileprivate func components(by separator: String) -> [String] {
        var parts: [String] = []
        var rest = Substring(self)
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
