import Foundation
import Support
import Testing

/// The faults of the simulator in what is signed: the diagnosis of the callback names each.
@Suite(.blocking)
struct SimulatedSignatureTests {
    /// Faults of one callback, and its diagnosis.
    struct Row: Sendable, CustomTestStringConvertible {
        let faults: [String]
        let amount: String
        let verdict: String
        let changes: [String]

        var testDescription: String { faults.joined(separator: " ") }

        /// - Parameter changes: none for a callback that verifies.
        init(_ faults: String, _ changes: String..., amount: String = "10000.00") {
            self.faults = faults.split(separator: " ").map(String.init)
            self.changes = changes
            self.amount = amount
            verdict = ["verifies", "oneChange", "severalChanges"][min(changes.count, 2)]
        }

        /// A signature that no RSA key makes.
        init(unusable fault: String) {
            faults = [fault]
            changes = []
            amount = "10000.00"
            verdict = "unusableSignature"
        }
    }

    static let signedBodies = [
        Row("signed-body=usual"),
        Row("signed-body=whitespace-free", "whitespaceFree"),
        Row("body=spaced signed-body=no-line-breaks", "lineBreaks"),
        Row("signed-body=single-blanks", "blankRuns"),
        Row("signed-body=indent-2", "layout"),
        Row("signed-body=indent-4", "layout"),
        Row("signed-body=tabs", "layout"),
        Row("signed-body=spaced-separators", "layout"),
        Row("signed-body=trailing-newline", "bodyEnd"),
        Row("signed-body=bom", "byteOrderMark"),
        Row("signed-body=sorted", "memberOrder"),
        Row("signed-body=reversed", "memberOrder"),
        Row("signed-body=gateway-order", "memberOrder"),
        Row("signed-body=without-nulls", "nullMembers"),
        Row("signed-body=ascii-escapes", "unicodeEscapes"),
        Row("signed-body=dotnet-escapes", "unicodeEscapes"),
        Row("signed-body=gson-escapes", "unicodeEscapes"),
        Row("signed-body=php-escapes", "unicodeEscapes"),
        Row("signed-body=slash-escapes", "slashEscapes"),
        Row("signed-body=exponent", "numberLiterals"),
        Row("signed-body=exponent", "numberLiterals", amount: "12500000.00"),
        Row("signed-body=amount-as-number", "numberQuotes"),
        Row("amount-form=number signed-body=numbers-as-strings", "numberQuotes"),
        Row("signed-body=question-marks", "charset"),
        Row("signed-body=latin-1", "charset"),
        Row("signed-body=windows-1252", "charset"),
        Row("signed-body=double-utf-8", "charset"),
        Row("signed-body=nfd", "unicodeForm"),
        Row("signed-body=gzip", "compression"),
        Row("signed-body=json-string", "wrapper"),
        Row("signed-body=empty", "emptyBody"),
    ]

    static let sentBodies = [
        Row("sent-body=indent-2"),
        Row("sent-body=tabs"),
        Row("sent-body=trailing-newline"),
        Row("sent-body=bom", "byteOrderMark"),
        Row("sent-body=ascii-escapes", "unicodeEscapes"),
        Row("sent-body=dotnet-escapes", "unicodeEscapes"),
        Row("sent-body=gson-escapes", "unicodeEscapes"),
        Row("sent-body=php-escapes", "unicodeEscapes"),
        Row("sent-body=slash-escapes", "slashEscapes"),
        Row("amount-form=number sent-body=exponent", "numberLiterals", amount: "12500000.00"),
        Row("sent-body=amount-as-number", "numberQuotes"),
        Row("amount-form=number sent-body=numbers-as-strings", "numberQuotes"),
        Row("sent-body=windows-1252", "charset"),
        Row("sent-body=double-utf-8", "charset"),
        Row("sent-body=nfd", "unicodeForm"),
        Row("sent-body=gzip", "compression"),
        Row("sent-body=json-string", "wrapper"),
        Row("sent-body=array", "wrapper"),
    ]

    static let strings = [
        Row("signed-string=usual"),
        Row("signed-string=pipe", "separators"),
        Row("signed-string=no-separator", "separators"),
        Row("signed-string=newline", "separators"),
        Row("signed-string=body-itself", "bodyText"),
        Row("signed-string=sha1", "hashForm"),
        Row("signed-string=sha512", "hashForm"),
        Row("signed-string=md5", "hashForm"),
        Row("signed-string=base64-hash", "hashForm"),
        Row("signed-string=uppercase-hash", "hashCase"),
        Row("signed-string=bearer-token", "bearerToken"),
        Row("signed-string=empty-token", "bearerToken"),
        Row("signed-string=token-string", "tokenString"),
        Row("signed-string=hashed-string", "signatureHash"),
        Row("signed-string=trailing-newline", "timestampForm"),
        Row("signed-time=+1", "timestampShift"),
        Row("signed-time=-5", "timestampShift"),
        Row("signed-time=-25200", "timestampShift"),
        Row("signed-time=utc", "timestampForm"),
        Row("signed-time=no-colon", "timestampForm"),
        Row("signed-time=fraction", "timestampForm"),
        Row("signed-time=epoch-seconds", "timestampForm"),
        Row("signed-time=epoch-milliseconds", "timestampForm"),
        Row("signed-path=/v1.0/qr/qr-mpm-notify", "snapPath"),
        Row("signed-path=/v1.1/debit/notify", "snapPath"),
        Row("signed-path=/api/v1.0/debit/notify", "proxyPrefix"),
        Row("signed-path=http://pay.example.id/v1.0/debit/notify", "scheme"),
        Row("signed-body=sorted signed-time=+1", "memberOrder", "timestampShift"),
        Row("signed-path=/v1.1/debit/notify signed-body=tabs", "snapPath", "layout"),
    ]

    static let signatures = [
        Row("signature-form=usual"),
        Row("signature-form=base64-twice", "signatureEncoding"),
        Row("signature-form=fields", "signatureEncoding"),
        Row("signature-form=literal-newline", "signatureEncoding"),
        Row("signature-form=hex", "signatureEncoding"),
        Row("signature-form=url-safe", "signatureEncoding"),
        Row("signature-form=unpadded", "signatureEncoding"),
        Row("signature-form=quoted", "signatureEncoding"),
        Row("signature-form=percent-encoded", "signatureEncoding"),
        Row(unusable: "signature-form=hmac-sha512"),
        Row(unusable: "signature-form=hmac-sha512-hex"),
        Row(unusable: "signature-form=hmac-sha256"),
        Row("signature-form=hex signed-string=pipe", "signatureEncoding", "separators"),
    ]

    private static let rows = signedBodies + sentBodies + strings + signatures

    @Test func `the diagnosis names each fault of the signature`() throws {
        let pair = try Pair()
        for (index, row) in Self.rows.enumerated() {
            let response = try pair.gateway.pay(
                "TRX-\(index)",
                faults: row.faults,
                amount: row.amount
            )
            let attempt = response.json["callbacks"][0]["attempts"][0]
            let isAccepted = row.verdict == "verifies"
            #expect(
                attempt["responseCode"].text == (isAccepted ? "2005600" : "4015600"),
                "\(row.testDescription)"
            )
            let externalID = try #require(attempt["externalId"].text)
            let kept = try pair.daemon.callbacks("externalId=\(externalID)").first
            let id = try #require(kept?["id"].integer, "\(row.testDescription)")
            let found = try pair.daemon.get("/v1/callbacks/\(id)/diagnosis").json
            #expect(found["verdict"].text == row.verdict, "\(row.testDescription)")
            #expect(
                found["changes"].items.map { $0["change"].text } == row.changes,
                "\(row.testDescription)"
            )
            guard !row.changes.isEmpty, row.faults != ["signed-string=hashed-string"] else {
                continue
            }
            // Both programs have the same string, though they share no code that makes it.
            #expect(
                found["signed"]["stringToSign"].text == attempt["stringToSign"].text,
                "\(row.testDescription)"
            )
        }
    }

    @Test func `the summary says what an HMAC means`() throws {
        let pair = try Pair()
        for form in ["hmac-sha512", "hmac-sha512-hex", "hmac-sha256"] {
            let response = try pair.gateway.pay(
                "TRX-\(form)",
                faults: ["signature-form=\(form)"],
                amount: "10000.00"
            )
            let attempt = response.json["callbacks"][0]["attempts"][0]
            let externalID = try #require(attempt["externalId"].text)
            let kept = try pair.daemon.callbacks("externalId=\(externalID)").first
            let id = try #require(kept?["id"].integer)
            let found = try pair.daemon.get("/v1/callbacks/\(id)/diagnosis").json
            let name = form.hasPrefix("hmac-sha512") ? "HMAC-SHA512" : "HMAC-SHA256"
            #expect(found["summary"].text?.contains(name) == true, "\(form)")
            #expect(found["summary"].text?.contains("client secret") == true, "\(form)")
        }
    }

    @Test func `each form that the command lists has a row`() throws {
        let program = URL(fileURLWithPath: Daemon.program).deletingLastPathComponent().path
        let lines = try ChildProcess.run(program + "/cashin-simulator", ["faults"]).output
        let used = Set(Self.rows.flatMap(\.faults))
        // In an array, or as a string, the object that is signed is not the one that is sent.
        let onlySent = ["signed-body=array"]
        for name in ["signed-body", "signed-string", "signed-time", "signature-form"] {
            let start = try #require(lines.firstIndex { $0.hasPrefix("\(name)=") })
            let values = lines[(start + 1)...].prefix { $0.hasPrefix(" ") }
                .flatMap { $0.split(separator: ",") }
                .map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(values.count >= 5)
            for value in values where !onlySent.contains("\(name)=\(value)") {
                #expect(used.contains("\(name)=\(value)"), "\(name)=\(value)")
            }
        }
    }

    @Test(arguments: [
        "signed-body=", "signed-body=pretty", "sent-body", "signed-string=xml", "signed-time=5",
        "signed-time=+86401", "signed-path=", "signature-form=pem",
    ])
    func `a form that does not exist is refused with the notation`(_ fault: String) throws {
        let workspace = try Workspace(confirms: "never")
        let gateway = try Gateway(for: workspace, notifyPort: 9)
        let response = try gateway.post("/simulator/faults", "{\"faults\":[\"\(fault)\"]}")
        #expect(response.status == 400)
        let name = fault.prefix { $0 != "=" }
        #expect(response.json["error"].text?.contains("expected \(name)=") == true)
    }
}
