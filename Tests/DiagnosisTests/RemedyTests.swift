import Captures
import Crypto
import Testing

@testable import Diagnosis

/// What to do about each fault.
struct RemedyTests {
    /// A part of the remedy of each change.
    static func remedy(_ name: SignatureDifference.Name) -> String {
        switch name {
        case .completeURL, .pathOnly, .registeredPath, .standardPath, .snapPath, .proxyPrefix,
            .query, .trailingSlash, .scheme, .host:
            "Set notify.signaturePaths: ["
        case .leadingSlash: "Ask the gateway to sign the path of the registered URL"
        case .receivedTarget: "notify.publicURL: \""
        case .bodyForm: "Set notify.signatureBodies: ["
        case .whitespaceFree: "notify.signatureBodies: [\"raw\", \"minified\", \"whitespaceFree\"]"
        case .lineBreaks, .blankRuns, .layout, .lineEnds, .byteOrderMark, .memberOrder,
            .nullMembers, .slashEscapes, .unicodeEscapes, .numberLiterals, .numberQuotes, .charset,
            .unicodeForm:
            "sign the bytes that it sends"
        case .bodyEnd: "the line end of the body"
        case .quotes: "word processors"
        case .compression: "uncompressed"
        case .wrapper: "as one JSON object"
        case .emptyBody: "sign the body"
        case .timestampForm: "exactly as it sends it"
        case .timestampShift: "read its clock once"
        case .method: "POST, in upper case"
        case .hashCase: "lowercase hexadecimal"
        case .hashForm, .bodyText: "the SHA-256 of the body in lowercase hexadecimal"
        case .separators: "by colons"
        case .bearerToken: "no access token"
        case .tokenString: "the service signature"
        case .repeatedHeader: "adds the header a second time"
        case .signatureEncoding: "standard base64 with padding"
        case .signatureHash, .signatureScheme: "SHA256withRSA"
        case .merchantKey: "with the gateway's key"
        case .otherKey: "cashIn.publicKeyFiles: ["
        }
    }

    @Test func `the table of faults has 120 rows at least`() {
        #expect(ChangeTests.all.count >= 120)
    }

    /// The first remedy of a fault is the one that helps.
    static func check(_ mistake: ChangeTests.Mistake, in diagnosis: SignatureDiagnosis) throws {
        let remedy = try #require(diagnosis.remedies.first)
        let isServed = diagnosis.headers.problems.allSatisfy { $0.row > 1 }
        // Of a URL without its scheme, no setting can be made.
        if mistake.testDescription == "scheme: none" {
            #expect(remedy.settings.isEmpty)
            return
        }
        let isAboutPath = Self.remedy(mistake.name).contains("notify.signaturePaths")
        let expected =
            isAboutPath && !isServed ? "notify.publicURL: \"" : Self.remedy(mistake.name)
        #expect(remedy.text.contains(expected), "\(remedy.text)")
        #expect(diagnosis.remedyText == remedy.text)
    }

    /// What stands for a signature that is none, and the name of what it is.
    static let symmetric: [(text: String, name: String)] = [
        (
            String(decoding: Base64.encode([UInt8](repeating: 7, count: 64).span), as: UTF8.self),
            "HMAC-SHA512"
        ),
        (String(repeating: "0a", count: 64), "HMAC-SHA512"),
        (
            String(decoding: Base64.encode([UInt8](repeating: 7, count: 32).span), as: UTF8.self),
            "HMAC-SHA256"
        ),
        (String(repeating: "0A", count: 32), "HMAC-SHA256"),
    ]

    @Test(arguments: symmetric)
    func `an HMAC is named, with what it means`(text: String, name: String) throws {
        let diagnosis = try Scene { $0.signatureText = { _ in text } }.diagnosis()
        #expect(diagnosis.verdict == .unusableSignature)
        #expect(diagnosis.summary.contains(name))
        #expect(diagnosis.summary.contains("SNAP's symmetric signature"))
        #expect(diagnosis.changes.isEmpty)
        #expect(diagnosis.remedyText.contains("asymmetric signature (SHA256withRSA)"))
    }

    @Test func `a verdict without a change has a remedy, too`() throws {
        let rows: [(SignatureDiagnosis.Verdict, String, (inout Scene) -> Void)] = [
            (.verifies, "Nothing is left to do", { _ in }),
            (.refusedHeaders, "Nothing is left to do", { $0.set("X-EXTERNAL-ID", nil) }),
            (.otherContent, "Compare the strings", { $0.text = { $0 + "x" } }),
            (.otherKey, "current public key", { $0.settings.keys = ChangeTests.other(named: "x") }),
            (.unusableSignature, "strict base64", { $0.signatureText = { _ in "-" } }),
            (.missingHeader, "strict base64", { $0.signatureText = { _ in "" } }),
            (.noKeys, "cashIn.publicKeyFiles", { $0.settings.keys = [] }),
        ]
        for (verdict, remedy, change) in rows {
            let diagnosis = try Scene(change).diagnosis()
            #expect(diagnosis.verdict == verdict)
            #expect(diagnosis.remedyText.contains(remedy), "\(diagnosis.remedyText)")
        }
    }

    @Test func `compression that is not decompressed is named`() throws {
        for (start, name) in [([0x1F, 0x8B], "gzip"), ([0x28, 0xB5, 0x2F, 0xFD], "Zstandard")]
            as [([UInt8], String)]
        {
            let diagnosis = try Scene { $0.callback.body = start + [1, 2, 3] }.diagnosis()
            #expect(diagnosis.verdict == .otherContent)
            #expect(diagnosis.notes.contains { $0.hasPrefix("The body is compressed (\(name)") })
        }
    }
}
