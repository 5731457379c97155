/// One difference between what was signed and what the configuration expects.
package struct SignatureDifference: Equatable, Sendable {
    package let name: Name

    /// The difference, as a sentence without its full stop.
    package let detail: String

    /// The closed list of differences that the search knows; a test checks that the README lists
    /// each.
    ///
    /// The raw values are part of the API (`changes[].change`) and must not change.
    package enum Name: String, CaseIterable, Sendable {
        // Changes of the path in the string to sign.
        case completeURL, pathOnly, registeredPath, standardPath, receivedTarget, proxyPrefix
        case query, trailingSlash, leadingSlash, scheme, host
        // Changes of the hashed body.
        case bodyForm, slashEscapes, unicodeEscapes, numberLiterals, quotes, bodyEnd, byteOrderMark
        case lineEnds, emptyBody
        // Changes of the other parts of the string to sign.
        case timestampForm, method, hashCase, tokenString
        // Faults of the signature and its key.
        case repeatedHeader, signatureEncoding, signatureHash, signatureScheme, merchantKey
        case otherKey
    }
}

extension SignatureDifference.Name {
    /// The recommended action, as a sentence.
    package var remedy: String {
        switch self {
        case .completeURL, .pathOnly, .registeredPath, .standardPath, .receivedTarget, .proxyPrefix,
            .query, .trailingSlash, .leadingSlash, .scheme, .host:
            "Add the signed path to notify.signaturePaths, or register the matching URL."
        case .bodyForm: "Add the form to notify.signatureBodies."
        case .slashEscapes, .unicodeEscapes, .numberLiterals, .lineEnds, .byteOrderMark:
            "Find what rewrites the body in transit: no setting accepts other bytes."
        case .quotes:
            "Capture the body from the request itself: word processors change quotation marks."
        case .bodyEnd:
            "Find what adds or removes the line end of the body, such as the editor that saved it."
        case .emptyBody: "Ask the gateway to sign the body: this signature does not protect it."
        case .timestampForm: "Ask the gateway to sign X-TIMESTAMP exactly as it sends it."
        case .method: "Ask the gateway to sign the method as POST, in upper case."
        case .hashCase: "Ask the gateway to sign the body hash in lowercase hexadecimal."
        case .tokenString:
            "Ask the gateway for the service signature: this one does not cover the body."
        case .repeatedHeader: "Find what adds the header a second time, such as a proxy."
        case .signatureEncoding: "Ask the gateway for standard base64 with padding, on one line."
        case .signatureHash, .signatureScheme:
            "Ask the gateway for SHA256withRSA (RSASSA-PKCS1-v1_5)."
        case .merchantKey: "Sign callbacks with the gateway's key: the merchant's is for requests."
        case .otherKey: "Add the key to cashIn.publicKeyFiles if it is the gateway's."
        }
    }
}
