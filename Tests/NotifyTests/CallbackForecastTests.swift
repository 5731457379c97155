import HTTPServer
import Snap
import Support
import Testing

@testable import Notify

/// A saved callback is forecast the response that the listener gives.
struct CallbackForecastTests {
    /// One callback, and the settings that it meets.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The code of its response; nil if it passes every row that is known offline.
        let code: String?
        let settings: [String]
        let make: @Sendable (inout CallbackRequest) throws -> Void

        init(
            _ text: String,
            _ code: String?,
            _ settings: [String] = [],
            _ make: @escaping @Sendable (inout CallbackRequest) throws -> Void = { _ in }
        ) {
            testDescription = text
            self.code = code
            self.settings = settings
            self.make = make
        }
    }

    static let rows: [Row] = [
        Row("nothing wrong", nil),
        Row("another path", "4045600") { $0.target = "/x" },
        Row("the documented path", nil, ["notify.publicURL=https://h/other"]) {
            $0 = try CallbackRequest()
            let signer = CallbackSigner(
                key: try ConfigurationFixture.gatewayKey.get(),
                path: "/other",
                partnerID: "CID1"
            )
            $0["X-SIGNATURE"] = try signer.signature(
                timestamp: "2026-11-22T10:00:00+07:00",
                signedBody: $0.body
            )
        },
        Row("PUT", "4055600") { $0.method = "PUT" },
        Row("a long body", "4135600") { $0.body = Array(repeating: 0x20, count: 65_537) },
        Row("a long body under another path", "4135600") {
            $0.target = "/x"
            $0.body = Array(repeating: 0x20, count: 65_537)
        },
        Row("many fields", "4315600") {
            for number in 0..<70 { $0["X-N\(number)"] = "1" }
        },
        Row("an address", "4035601", ["notify.allowedAddresses=['192.0.2.0/24']"]) {
            $0["X-Forwarded-For"] = "203.0.113.7"
        },
        Row("no X-PARTNER-ID", "4005602") { $0["X-PARTNER-ID"] = nil },
        Row("no X-SIGNATURE", "4005602") { $0["X-SIGNATURE"] = nil },
        Row("a long X-EXTERNAL-ID", "4005601") {
            $0["X-EXTERNAL-ID"] = String(repeating: "9", count: 37)
        },
        Row("another X-PARTNER-ID", "4015600") { $0["X-PARTNER-ID"] = "CID2" },
        Row("another body", "4015600") { $0.body += [0x31] },
        Row("another key", "4015600", ["cashIn.publicKeyFiles=[]"]),
        Row("stale", "4015600", ["notify.staleTimestamp=reject"]) {
            $0 = try CallbackRequest(timestamp: "2026-11-22T09:00:00+07:00")
        },
        Row("stale, and no JSON", "4015600", ["notify.staleTimestamp=reject"]) {
            $0 = try CallbackRequest(body: [0x31], timestamp: "2026-11-22T09:00:00+07:00")
        },
        Row("stale, and another X-PARTNER-ID", "4015600", ["notify.staleTimestamp=reject"]) {
            $0 = try CallbackRequest(timestamp: "2026-11-22T09:00:00+07:00")
            $0["X-PARTNER-ID"] = "CID2"
        },
        Row("stale, but kept", nil) {
            $0 = try CallbackRequest(timestamp: "2026-11-22T09:00:00+07:00")
        },
        Row("no JSON", "4005600") { $0 = try CallbackRequest(body: Array("{".utf8)) },
        Row("an array", "4005600") { $0 = try CallbackRequest(body: Array("[]".utf8)) },
        Row("encoded", "4155600") {
            $0 = try CallbackRequest(body: [0x1F, 0x8B])
            $0["Content-Encoding"] = "gzip"
        },
        Row("Content-Encoding alone", nil) { $0["Content-Encoding"] = "UTF-8" },
        Row("no status", "4005602") {
            $0 = try CallbackRequest(body: NotifyBody { $0.latestTransactionStatus = nil }.bytes)
        },
        Row("another currency", "4005601") {
            $0 = try CallbackRequest(
                body: NotifyBody { $0.amount = #"{"value":"1.00","currency":"USD"}"# }.bytes
            )
        },
    ]

    @Test(arguments: rows)
    func `a saved callback is forecast what a sent one is answered`(row: Row) async throws {
        try await NotifyScene.with(row.settings) { scene in
            var request = try CallbackRequest()
            try row.make(&request)
            let reply = try await scene.send(request)
            let fields = request.fields.map { "\($0.name): \($0.value)\r\n" }.joined()
            let line = "\(request.method) \(request.target) HTTP/1.1\r\n"
            let forecast = try CallbackForecast(
                head: Array("\(line)Host: h\r\n\(fields)\r\n".utf8),
                body: request.body,
                receivedMilliseconds: NotifyScene.now,
                scene.loaded
            )
            #expect(reply.code == row.code ?? "2005600")
            switch forecast {
            case .refused(let response, _):
                #expect(response.codeText == row.code)
                #expect(response.message == reply.message)
            case .undecided: #expect(row.code == nil)
            }
        }
    }

    @Test func `without a time of receipt the age is not judged`() throws {
        let loaded = try ConfigurationFixture().load(["notify.staleTimestamp=reject"])
        let request = try CallbackRequest(timestamp: "2020-01-01T00:00:00+07:00")
        let fields = request.fields.map { "\($0.name): \($0.value)\r\n" }.joined()
        let forecast = try CallbackForecast(
            head: Array("POST \(request.target) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n".utf8),
            body: request.body,
            receivedMilliseconds: nil,
            loaded
        )
        #expect(forecast == .undecided)
    }
}
