import Support
import Testing

/// Rows 1 to 5 and 7 to 9 of the checks table: code, message and headers of every refusal, and what
/// is kept of it.
@Suite(.blocking)
struct ChecksTableTests {
    /// What is left behind by a request.
    enum Trace: Sendable {
        /// Not authentic: kept as a refusal.
        case refusal
        /// Authentic: kept for ever as invalid, on the attention list.
        case invalid
        /// Authentic, but not for us: kept, no entry.
        case notForUs
    }

    /// One way to be wrong, and the answer to it.
    struct Row: Sendable, CustomTestStringConvertible {
        let reason: String
        let code: String
        let message: String
        var trace = Trace.refusal

        /// Whether X-EXTERNAL-ID comes back.
        var echoes = true
        var before: @Sendable (inout Callback) -> Void = { _ in }
        var after: @Sendable (inout WireRequest) -> Void = { _ in }

        var testDescription: String { "\(code): \(reason)" }
    }

    @Test(arguments: firstRows + headerRows + signatureRows + bodyRows + orderRows)
    func `a callback that fails a check is answered by the first that it fails`(row: Row) throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback().with(row.before)
        var request = try callback.request()
        row.after(&request)
        let response = try daemon.post(request)

        #expect(response.status == Int(row.code.prefix(3)))
        #expect(response.code == row.code)
        #expect(response.message == row.message)
        #expect(response.json.names == ["responseCode", "responseMessage"])
        #expect(response["Content-Type"] == "application/json")
        #expect(response["Allow"] == (response.status == 405 ? "POST" : nil))
        #expect(response["X-EXTERNAL-ID"] == (row.echoes ? request.value("X-EXTERNAL-ID") : nil))
        let timestamp = try #require(response["X-TIMESTAMP"])
        let form = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00/
        #expect(timestamp.wholeMatch(of: form) != nil)
        #expect(timestamp >= JakartaNow.text(offsetSeconds: -60))
        #expect(timestamp <= JakartaNow.text())

        #expect(try daemon.feed().isEmpty)
        try Self.check(row, daemon, request)
    }

    private static func check(_ row: Row, _ daemon: Daemon, _ request: WireRequest) throws {
        let attention = try daemon.attention()
        let kept = try daemon.callbacks()
        switch row.trace {
        case .refusal:
            #expect(attention.isEmpty)
            #expect(kept.allSatisfy { $0["outcome"].text == "refused" })
        case .notForUs:
            #expect(attention.isEmpty)
            #expect(kept.map { $0["outcome"].text } == ["refused"])
            #expect(kept.first?["match"]["body"].text == "raw")
            #expect(kept.first?["body"].text == String(decoding: request.body, as: UTF8.self))
        case .invalid:
            #expect(attention.map { $0["kind"].text } == ["invalid-callback"])
            #expect(kept.map { $0["outcome"].text } == ["invalid"])
            #expect(attention.first?["callbackId"] == kept.first?["id"])
            #expect(kept.first?["responseCode"].text == row.code)
            #expect(kept.first?["responseMessage"].text == row.message)
            #expect(kept.first?["match"]["path"].text == "/v1.0/debit/notify")
        }
    }
}

extension ChecksTableTests {
    static let firstRows: [Row] = [
        Row(
            reason: "a body one byte over the limit",
            code: "4135600",
            message: "Content Too Large"
        ) {
            $0.literalBody = Array(repeating: 0x20, count: 65_537)
        },
        Row(
            reason: "GET",
            code: "4055600",
            message: "Requested Function Is Not Supported",
            after: { $0.method = "GET" }
        ),
        Row(
            reason: "PUT",
            code: "4055600",
            message: "Requested Function Is Not Supported",
            after: { $0.method = "PUT" }
        ),
        Row(
            reason: "methods are case-sensitive",
            code: "4055600",
            message: "Requested Function Is Not Supported",
            after: { $0.method = "post" }
        ),
        Row(
            reason: "another path",
            code: "4045600",
            message: "Not Found",
            after: { $0.target = "/v1.0/debit/other" }
        ),
        Row(
            reason: "a slash more",
            code: "4045600",
            message: "Not Found",
            after: { $0.target += "/" }
        ),
        Row(
            reason: "an encoded slash",
            code: "4045600",
            message: "Not Found",
            after: { $0.target = "/v1.0/debit%2Fnotify" }
        ),
    ]

    static let headerRows: [Row] =
        ["X-PARTNER-ID", "X-EXTERNAL-ID", "X-TIMESTAMP", "X-SIGNATURE"]
        .flatMap { name in
            let isAuthentic = name == "X-PARTNER-ID" || name == "X-EXTERNAL-ID"
            let ways: [(String, @Sendable (inout WireRequest) -> Void)] = [
                ("absent", { $0.remove(name) }),
                ("blank", { $0.set(name, " \t ") }),
                ("twice", { $0.add(name, $0.value(name)) }),
            ]
            return ways.map { way, change in
                Row(
                    reason: "\(name) \(way)",
                    code: "4005602",
                    message: "Invalid Mandatory Field \(name)",
                    trace: isAuthentic ? .invalid : .refusal,
                    echoes: name != "X-EXTERNAL-ID",
                    after: change
                )
            }
        } + [
            format("X-EXTERNAL-ID", "37 characters") {
                $0.externalID = String(repeating: "7", count: 37)
            },
            format("X-EXTERNAL-ID", "a blank inside") { $0.externalID = "a b" },
            format("X-EXTERNAL-ID", "not ASCII") { $0.externalID = "é" },
            format("X-TIMESTAMP", "a time without an offset") {
                $0.timestamp = "2026-11-22T10:00:00"
            },
            format("X-TIMESTAMP", "a date") { $0.timestamp = "2026-11-22" },
            format("X-TIMESTAMP", "month 13") { $0.timestamp = "2026-13-22T10:00:00+07:00" },
            format("X-TIMESTAMP", "milliseconds since the epoch") {
                $0.timestamp = "1795326000000"
            },
        ]

    private static func format(
        _ field: String,
        _ reason: String,
        _ before: @escaping @Sendable (inout Callback) -> Void
    ) -> Row {
        Row(
            reason: "\(field): \(reason)",
            code: "4005601",
            message: "Invalid Field Format \(field)",
            trace: .invalid,
            echoes: field != "X-EXTERNAL-ID",
            before: before
        )
    }

    private static func unauthorized(
        _ reason: String,
        trace: Trace = .refusal,
        before: @escaping @Sendable (inout Callback) -> Void = { _ in },
        after: @escaping @Sendable (inout WireRequest) -> Void = { _ in }
    ) -> Row {
        Row(
            reason: reason,
            code: "4015600",
            message: "Unauthorized. [Signature]",
            trace: trace,
            before: before,
            after: after
        )
    }

    static let signatureRows: [Row] = [
        unauthorized(
            "another partner, signed",
            trace: .notForUs,
            before: { $0.partnerID = "CID1234567891" }
        ),
        unauthorized(
            "our partner id in lower case",
            trace: .notForUs,
            before: { $0.partnerID = "cid1234567890" }
        ),
        unauthorized(
            "a signature over another path",
            before: { $0.signedPath = "/v1.0/debit/Notify" }
        ),
        unauthorized("a signature over another body", before: { $0.signedBody = Array("{}".utf8) }),
        unauthorized(
            "a signature of another time",
            after: { $0.set("X-TIMESTAMP", JakartaNow.text(offsetSeconds: -30)) }
        ),
        unauthorized(
            "no base64",
            after: { $0.set("X-SIGNATURE", "*" + $0.value("X-SIGNATURE").dropFirst()) }
        ),
        unauthorized(
            "base64 without padding",
            after: { $0.set("X-SIGNATURE", String($0.value("X-SIGNATURE").dropLast(2))) }
        ),
        unauthorized(
            "base64 with a blank",
            after: { $0.set("X-SIGNATURE", "AA " + $0.value("X-SIGNATURE").dropFirst(3)) }
        ),
        unauthorized("a signature that is too short", after: { $0.set("X-SIGNATURE", "QUJD") }),
        unauthorized(
            "two signatures in one",
            after: {
                $0.set("X-SIGNATURE", $0.value("X-SIGNATURE") + ", " + $0.value("X-SIGNATURE"))
            }
        ),
        unauthorized("bytes after the signed body", after: { $0.body += Array("x".utf8) }),
        unauthorized("no body", after: { $0.body = [] }),
    ]
}
