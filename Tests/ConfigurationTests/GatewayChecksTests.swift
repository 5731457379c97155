import Support
import Testing

@testable import Configuration

/// What the gateway would refuse, or could not reach: one line of check-config each.
struct GatewayChecksTests {
    /// Settings, and the problems or warnings that follow.
    struct Row: Sendable, CustomTestStringConvertible {
        let set: [String]
        let lines: [String]
        var testDescription: String { self.set.joined(separator: " ") }

        init(_ set: String..., lines: String...) { (self.set, self.lines) = (set, lines) }
    }

    private static let sandbox = "https://sandbox-api.cashin.co.id"
    private static let basePath =
        "expected /pg/fo, as in https://sandbox-api.cashin.co.id/pg/fo"

    static let problems: [Row] = [
        Row(
            "cashIn.baseURL=\(sandbox)/pg/fo/api/v1.0/qr/qr-mpm-generate",
            lines: "--set: cashIn.baseURL: contains the path of the API "
                + "(/api/v1.0/qr/qr-mpm-generate), which is added to it; "
                + "expected \(sandbox)/pg/fo"
        ),
        Row(
            "cashIn.baseURL=http://127.0.0.1:9/api/v1.0",
            lines: "--set: cashIn.baseURL: contains the path of the API (/api/v1.0), which is "
                + "added to it; expected http://127.0.0.1:9"
        ),
        Row(
            "cashIn.merchantId=CID1",
            lines: "--set: cashIn.merchantId: equals cashIn.clientId, expected the merchant id "
                + "(MCH…), which is another one"
        ),
        Row(
            "cashIn.clientId=MCH1",
            "cashIn.merchantId=CID1",
            lines: "--set: cashIn.clientId: is the merchant id (MCH…), and cashIn.merchantId is "
                + "the client id (CID…); expected them the other way round"
        ),
        Row(
            "cashIn.clientId=\(String(repeating: "C", count: 37))",
            lines: "--set: cashIn.clientId: has 37 characters, expected at most 36"
        ),
    ]

    static let warnings: [Row] = [
        Row("cashIn.baseURL=\(sandbox)/pg/fo/"),
        Row("cashIn.baseURL=http://127.0.0.1:9"),
        Row("cashIn.clientId=\(String(repeating: "C", count: 36))"),
        Row("notify.publicURL=https://203.0.113.7/v1.0/debit/notify"),
        Row("notify.publicURL=https://[2001:db8::1]/v1.0/debit/notify"),
        Row(
            "notify.signaturePaths=['/v1.0/debit/notify', 'https://pay.example.id/v1.0/debit/notify']"
        ),
        Row(
            "cashIn.baseURL=\(sandbox)",
            lines: "--set: cashIn.baseURL: has the path \"\", \(basePath)"
        ),
        Row(
            "cashIn.baseURL=https://api.example.id/pg",
            lines: "--set: cashIn.baseURL: has the path \"/pg\", \(basePath)"
        ),
        Row(
            "cashIn.clientId=MCH2",
            lines: "--set: cashIn.clientId: begins with MCH like a merchant id, expected the "
                + "client id (CID…)"
        ),
        Row(
            "cashIn.merchantId=CID2",
            lines: "--set: cashIn.merchantId: begins with CID like a client id, expected the "
                + "merchant id (MCH…)"
        ),
        Row(
            "cashIn.channelId=9501",
            lines: "--set: cashIn.channelId: is \"9501\", expected five digits such as 95051"
        ),
        Row(
            "cashIn.channelId=abcde",
            lines: "--set: cashIn.channelId: is \"abcde\", expected five digits such as 95051"
        ),
        Row(
            "notify.publicURL=http://pay.example.id/v1.0/debit/notify",
            lines: "--set: notify.publicURL: uses http, expected https: gateways send callbacks "
                + "over TLS only"
        ),
        Row(
            "notify.publicURL=https://10.1.2.3/v1.0/debit/notify",
            lines: "--set: notify.publicURL: leads to 10.1.2.3, which the gateway cannot reach; "
                + "expected a public name"
        ),
        Row(
            "notify.publicURL=https://192.168.1.9/v1.0/debit/notify",
            lines: "--set: notify.publicURL: leads to 192.168.1.9, which the gateway cannot "
                + "reach; expected a public name"
        ),
        Row(
            "notify.publicURL=https://[fd00::1]/v1.0/debit/notify",
            lines: "--set: notify.publicURL: leads to fd00::1, which the gateway cannot reach; "
                + "expected a public name"
        ),
        Row(
            "notify.publicURL=https://localhost/v1.0/debit/notify",
            lines: "--set: notify.publicURL: leads to localhost, which the gateway cannot reach; "
                + "expected a public name"
        ),
        Row(
            "notify.publicURL=https://receiver/v1.0/debit/notify",
            lines: "--set: notify.publicURL: leads to receiver, which the gateway cannot reach; "
                + "expected a public name"
        ),
        Row(
            "notify.signaturePaths=['/v1.0/debit/notify', '/other/notify']",
            lines: "--set: notify.signaturePaths[1]: is \"/other/notify\", which is neither "
                + "notify.publicURL nor its path; expected what the gateway signs, as the "
                + "diagnosis of a callback shows it"
        ),
        Row(
            "reconcile.scheduleSeconds=[]",
            lines: "--set: reconcile.scheduleSeconds: is empty: if no callback arrives, a payment "
                + "stays open and on the attention list until an operator resolves it; expected "
                + "offsets such as [0, 60, 300]"
        ),
    ]

    @Test(arguments: problems)
    func `what the gateway would refuse is a problem`(_ row: Row) throws {
        #expect(try ConfigurationFixture().problems(row.set) == row.lines)
    }

    @Test(arguments: warnings)
    func `what the gateway hardly accepts is a warning`(_ row: Row) throws {
        #expect(try ConfigurationFixture().warnings(row.set) == row.lines)
    }
}
