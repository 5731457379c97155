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

    @Test(arguments: ChangeTests.all)
    func `each fault has the remedy that helps`(mistake: ChangeTests.Mistake) throws {
        let diagnosis = try Scene(mistake.make).diagnosis()
        let remedy = try #require(diagnosis.remedies.first)
        let isServed = diagnosis.headers.problems.allSatisfy { $0.row > 1 }
        // Of a URL without its scheme, no setting can be made.
        if mistake.testDescription == "scheme: none" {
            #expect(remedy.settings.isEmpty)
            return
        }
        let isAboutPath = RemedyTests.remedy(mistake.name).contains("notify.signaturePaths")
        let expected =
            isAboutPath && !isServed ? "notify.publicURL: \"" : Self.remedy(mistake.name)
        #expect(remedy.text.contains(expected), "\(remedy.text)")
        #expect(diagnosis.remedyText == remedy.text)
    }
}
