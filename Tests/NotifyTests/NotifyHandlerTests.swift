import Metrics
import Payments
import Store
import Support
import Testing

@testable import Notify

/// The responses of the notify listener, row by row of the checks table, and what is kept.
@Suite struct NotifyHandlerTests {
    typealias Change = @Sendable (inout CallbackRequest) throws -> Void

    /// A request that is wrong in one way.
    struct Row: Sendable, CustomTestStringConvertible {
        let row: String
        let code: String
        let message: String
        let change: Change

        var testDescription: String { "row \(row): \(message)" }

        init(_ row: String, _ code: String, _ message: String, _ change: @escaping Change) {
            (self.row, self.code, self.message, self.change) = (row, code, message, change)
        }
    }

    /// What is not authentic, or not the gateway's word: no store is asked.
    private static let rejected = [
        Row("1", "4045600", "Not Found") { $0.target = "/other" },
        Row("1", "4055600", "Requested Function Is Not Supported") { $0.method = "PUT" },
        Row("3", "4005602", "Invalid Mandatory Field X-PARTNER-ID") {
            $0["X-PARTNER-ID"] = nil
            $0["X-SIGNATURE"] = "AAAA"
        },
        Row("3", "4005602", "Invalid Mandatory Field X-TIMESTAMP") { $0["X-TIMESTAMP"] = nil },
        Row("3", "4005602", "Invalid Mandatory Field X-SIGNATURE") { $0["X-SIGNATURE"] = nil },
        Row("3", "4005602", "Invalid Mandatory Field X-SIGNATURE") {
            $0.fields.append(("X-SIGNATURE", "AAAA"))
        },
        Row("4", "4005601", "Invalid Field Format X-TIMESTAMP") { $0["X-TIMESTAMP"] = "today" },
        Row("5", "4015600", "Unauthorized. [Signature]") { $0["X-SIGNATURE"] = "AAAA" },
        Row("5", "4015600", "Unauthorized. [Signature]") {
            $0.body = NotifyBody { $0.latestTransactionStatus = #""04""# }.bytes
        },
        Row("5", "4015600", "Unauthorized. [Signature]") {
            $0["X-TIMESTAMP"] = "2026-11-22T10:00:01+07:00"
        },
    ]

    /// What the gateway has signed, and is wrong nevertheless.
    private static let defective = [
        Row("3", "4005602", "Invalid Mandatory Field X-PARTNER-ID") { $0["X-PARTNER-ID"] = nil },
        Row("3", "4005602", "Invalid Mandatory Field X-EXTERNAL-ID") { $0["X-EXTERNAL-ID"] = nil },
        Row("4", "4005601", "Invalid Field Format X-EXTERNAL-ID") {
            $0["X-EXTERNAL-ID"] = String(repeating: "x", count: 37)
        },
        Row("5", "4015600", "Unauthorized. [Signature]") { $0["X-PARTNER-ID"] = "CID2" },
        Row("7", "4005600", "Bad Request") { $0 = try CallbackRequest(body: Array("{".utf8)) },
        Row("7", "4155600", "Unsupported Media Type") {
            $0 = try CallbackRequest(body: Array("{".utf8))
            $0["Content-Encoding"] = "gzip"
        },
        Row("8", "4005602", "Invalid Mandatory Field originalReferenceNo") {
            $0 = try CallbackRequest(body: NotifyBody { $0.originalReferenceNo = nil }.bytes)
        },
        Row("9", "4005601", "Invalid Field Format amount.value") {
            let amount = #"{"value":"1,00","currency":"IDR"}"#
            $0 = try CallbackRequest(body: NotifyBody { $0.amount = amount }.bytes)
        },
    ]

    @Test(arguments: rejected) func `what nothing shows to be the gateway's is refused and kept`(
        row: Row
    ) async throws {
        try await NotifyScene.with { scene in
            var request = try CallbackRequest()
            try row.change(&request)
            let response = try await scene.send(request)
            #expect(response.code == row.code)
            #expect(response.message == row.message)
            #expect(response.status == Int(row.code.prefix(3)))
            #expect(try await scene.kept() == ["refused \(row.code)"])
            #expect(scene.store.commitCounts.commits == 0, "nothing waits for the disk")
        }
    }

    @Test(arguments: defective) func `what is authentic is kept, whatever is wrong with it`(
        row: Row
    ) async throws {
        try await NotifyScene.with { scene in
            var request = try CallbackRequest()
            try row.change(&request)
            let response = try await scene.send(request)
            #expect(response.code == row.code)
            #expect(response.message == row.message)
            let outcome = row.row == "5" ? "refused" : "invalid"
            #expect(try await scene.kept() == ["\(outcome) \(row.code)"])
            #expect(scene.store.commitCounts.commits == 1)
            #expect(scene.store.window.head == 0, "it does not reach the feed")
        }
    }

    @Test func `a callback in order is committed, answered and counted`() async throws {
        try await NotifyScene.with { scene in
            let request = try CallbackRequest()
            for _ in 1...2 {
                let response = try await scene.send(request)
                #expect(response.status == 200)
                #expect(response.code == "2005600")
                #expect(response.message == "Successful")
                #expect(response.fields["X-EXTERNAL-ID"] == "id-1")
                #expect(response.fields["X-TIMESTAMP"] == "2026-11-22T10:00:00+07:00")
                #expect(response.fields["Content-Type"] == "application/json")
            }
            #expect(try await scene.kept() == ["applied"])
            #expect(scene.store.window.head == 1)
            #expect(scene.metrics.count(of: .applied) == 1)
            #expect(scene.metrics.redeliveries.value == 1)
            let answers = scene.metrics.responseCounts.map { "\($0.key) \($0.value)" }
            #expect(answers == ["2005600 2"])
        }
    }

    @Test func `row 6: a stale callback is acknowledged or refused as configured`() async throws {
        for (word, code) in [("confirm", "2005600"), ("reject", "4015600")] {
            try await NotifyScene.with(["notify.staleTimestamp=\(word)"]) { scene in
                let old = try CallbackRequest(timestamp: "2026-11-22T09:54:59+07:00")
                let response = try await scene.send(old)
                #expect(response.code == code)
                if word == "reject" { #expect(response.message == "Unauthorized. [Timestamp]") }
                #expect(scene.store.window.head == 0)
            }
        }
    }

    @Test func `row 2: the address counts before anything else of a right path`() async throws {
        let settings = [
            "notify.allowedAddresses=[\"203.0.113.0/24\"]",
            "notify.trustedProxies=[\"127.0.0.1\"]",
        ]
        try await NotifyScene.with(settings) { scene in
            var request = try CallbackRequest()
            #expect(try await scene.send(request).code == "4035601")
            request["X-Forwarded-For"] = "203.0.113.7"
            #expect(try await scene.send(request).code == "2005600")
            request.target = "/healthz"
            request.method = "GET"
            request["X-Forwarded-For"] = nil
            #expect(try await scene.send(request).status == 200)
        }
    }

    @Test func `a body beyond the limit is refused with its head kept`() async throws {
        try await NotifyScene.with(["limits.bodyBytes=1024"]) { scene in
            var request = try CallbackRequest()
            request["Content-Type"] = nil
            request.body = [UInt8](repeating: 0x20, count: 1_025)
            #expect(try await scene.send(request).code == "4135600")
            #expect(try await scene.kept() == ["refused 4135600"])
        }
    }

    @Test func `a callback that is not on disk is not acknowledged`() async throws {
        try await NotifyScene.with { scene in
            await scene.store.close()
            let response = try await scene.send(try CallbackRequest())
            #expect(response.status == 500)
            #expect(response.code == "5005601")
            // What is no callback needs no store.
            var forged = try CallbackRequest()
            forged["X-SIGNATURE"] = "AAAA"
            #expect(try await scene.send(forged).code == "4015600")
        }
    }
}
