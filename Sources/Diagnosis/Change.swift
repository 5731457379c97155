/// One difference between what was signed and what the configuration expects.
package struct Change: Equatable, Sendable {
    package let name: Name

    /// What is different, as a sentence without its full stop.
    package let detail: String

    /// The closed list of differences that are looked for; each stands in the README.
    package enum Name: String, CaseIterable, Sendable {
        // The path in the string to sign.
        case completeURL, pathOnly, registeredPath, standardPath, receivedTarget, proxyPrefix
        case query, trailingSlash, leadingSlash, scheme, host
        // The body that was hashed.
        case bodyForm, slashEscapes, unicodeEscapes, numberLiterals, quotes, bodyEnd, byteOrderMark
        case lineEnds, emptyBody
        // The rest of the string to sign.
        case timestampForm, method, hashCase, tokenString
        // The signature and its key.
        case repeatedHeader, signatureEncoding, signatureHash, signatureScheme, merchantKey
        case otherKey
    }
}

extension Change.Name {
    /// What to do about it, as a sentence.
    package var remedy: String {
        switch self {
        case .completeURL, .pathOnly, .registeredPath, .standardPath, .receivedTarget, .proxyPrefix,
            .query, .trailingSlash, .leadingSlash, .scheme, .host:
            "Put the signed path into notify.signaturePaths, or register the URL that fits."
        case .bodyForm: "Put the form into notify.signatureBodies."
        case .slashEscapes, .unicodeEscapes, .numberLiterals, .lineEnds, .byteOrderMark:
            "Look for what writes the body anew on its way: no setting accepts other bytes."
        case .quotes:
            "Take the body from the request itself: text programs change quotation marks."
        case .bodyEnd:
            "Look for what adds or drops the end of the body, such as the editor it was saved with."
        case .emptyBody: "Ask the gateway to sign the body: this signature does not protect it."
        case .timestampForm: "Ask the gateway to sign X-TIMESTAMP exactly as it sends it."
        case .method: "Ask the gateway to sign POST, in capitals."
        case .hashCase: "Ask the gateway for the body's hash in lowercase hexadecimal."
        case .tokenString:
            "Ask the gateway for the signature of a service: this one does not cover the body."
        case .repeatedHeader: "Look for what adds the header a second time, such as a proxy."
        case .signatureEncoding: "Ask the gateway for standard base64 with padding on one line."
        case .signatureHash, .signatureScheme:
            "Ask the gateway for SHA256withRSA (RSASSA-PKCS1-v1_5)."
        case .merchantKey: "Sign callbacks with the gateway's key; only requests bear yours."
        case .otherKey: "Put the key into cashIn.publicKeyFiles, if it is the gateway's."
        }
    }
}
