import Crypto
import Foundation
import Support
import Testing

/// The remedies that name settings: each is applied as its text has it, and then the callback is
/// accepted, by a replay and when it is sent again.
@Suite(.blocking)
struct AppliedRemedyTests {
    /// A callback that is refused, under settings with a mistake.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The keys that the remedy sets.
        let keys: [String]
        let settings: [String]
        /// A callback that is sent before, about the same payment where it matters.
        var first: (@Sendable (Callback) throws -> Callback)?
        let before: @Sendable (inout Callback) -> Void
        let after: @Sendable (inout WireRequest) -> Void

        init(
            _ text: String,
            _ keys: [String],
            _ settings: [String] = [],
            first: (@Sendable (Callback) throws -> Callback)? = nil,
            before: @escaping @Sendable (inout Callback) -> Void = { _ in },
            after: @escaping @Sendable (inout WireRequest) -> Void = { _ in }
        ) {
            testDescription = text
            self.keys = keys
            self.settings = settings
            self.first = first
            self.before = before
            self.after = after
        }
    }

    private static let url = "notify.publicURL"
    private static let paths = "notify.signaturePaths"
    private static let bodies = "notify.signatureBodies"

    static let rows: [Row] = [
        Row(
            "a path that is not served, and is signed",
            [url],
            before: { $0.signedPath = "/hooks/pay" },
            after: { $0.target = "/hooks/pay" }
        ),
        Row(
            "a path that is not served, under another that is signed",
            [url, paths],
            after: { $0.target = "/v1.0/debit/notify/" }
        ),
        Row(
            "a path that is not served, with signed paths of its own",
            [url, paths],
            ["notify.signaturePaths=['/old']"],
            before: { $0.signedPath = "/hooks" },
            after: { $0.target = "/hooks?x=1" }
        ),
        Row(
            "a path that is not served, of another host",
            [url],
            before: { $0.signedPath = "https://other.example.id/hooks" },
            after: {
                $0.target = "/hooks"
                $0.set("Host", "other.example.id")
            }
        ),
        Row(
            "http for https",
            [paths],
            before: {
                $0.signedPath = "http://pay.example.id/v1.0/debit/notify"
            }
        ),
        Row(
            "a prefix that a proxy removes",
            [paths],
            before: {
                $0.signedPath = "/api/v1.0/debit/notify"
            }
        ),
        Row(
            "a path that only SNAP BI has",
            [paths],
            before: {
                $0.signedPath = "/v1.0/qr/qr-mpm-notify"
            }
        ),
        Row(
            "a form of the body that is not configured",
            [bodies],
            ["notify.signatureBodies=['raw']"],
            before: {
                $0.signedBody = $0.body.bytes
                $0.literalBody = Array(" ".utf8) + $0.body.bytes
            }
        ),
        Row(
            "white space removed inside strings",
            [bodies],
            before: {
                $0.body.others = [#""transactionStatusDesc":"Paid in full""#]
                $0.signedBody = $0.body.bytes.filter { $0 != 0x20 }
            }
        ),
        Row("a client id with a typing error", ["cashIn.clientId"], ["cashIn.clientId=CID9"]),
        Row(
            "one X-EXTERNAL-ID for two payments",
            ["notify.externalIdConflict"],
            ["notify.externalIdConflict=reject"],
            first: { later in
                var first = try Callback()
                first.externalID = later.externalID
                return first
            }
        ),
        Row(
            "payments that are not known",
            ["notify.unknownTransactions"],
            ["notify.unknownTransactions=reject"]
        ),
        Row(
            "another amount",
            ["notify.amountMismatch"],
            first: { first in
                try Callback(first.merchant, first.gateway, status: "03", amount: "10000.00")
            },
            before: {
                $0.body.amount = #"{"value":"4000.00","currency":"IDR"}"#
            }
        ),
    ]

    /// The settings in a remedy's text: `key: value` for a string or an array.
    private static func settings(in remedy: String) -> [(key: String, value: String)] {
        let form = /((?:notify|cashIn)\.[A-Za-z]+): ("[^"]*"|\[[^\]]*\])/
        return remedy.matches(of: form).map { (String($0.output.1), String($0.output.2)) }
    }

    @Test(arguments: rows)
    func `a remedy makes the callback accepted`(row: Row) throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace, set: row.settings)
        let callback = try Callback().with(row.before)
        if let first = row.first { #expect(try daemon.post(first(callback)).code == "2005600") }
        var request = try callback.request()
        row.after(&request)
        #expect(try daemon.post(request).code != "2005600")
        let id = try #require(try daemon.callbacks().first?["id"].integer)
        let diagnosis = try daemon.get("/v1/callbacks/\(id)/diagnosis").json
        let remedy = try #require(diagnosis["answer"]["remedy"].text)
        let settings = Self.settings(in: remedy)
        #expect(settings.map(\.key) == row.keys, "\(remedy)")
        #expect(try daemon.stop() == .exited(0))

        let keys = settings.map { $0.key + "=" }
        let kept = row.settings.filter { old in !keys.contains { old.hasPrefix($0) } }
        let fixed = try Daemon(
            in: workspace,
            set: kept + settings.map { "\($0.key)=\($0.value)" }
        )
        let now = try fixed.get("/v1/callbacks/\(id)/diagnosis").json
        #expect(now["answer"]["replayHelps"].bool == true, "\(remedy)")
        let replay = try fixed.call("POST", "/admin/callbacks/replay", "{\"ids\":[\(id)]}")
        #expect(replay.json["results"][0]["after"].text == "applied", "\(remedy)")
        #expect(try fixed.post(request).code == "2005600")
    }
}
