import Snap

/// What to do about each difference: a setting where one helps, else whom to ask for what.
struct RemedyTable {
    private let settings: DiagnosisSettings
    private let path: PathRemedy

    init(_ callback: CapturedCallback, _ settings: DiagnosisSettings, signedPath: String?) {
        self.settings = settings
        path = PathRemedy(callback, settings, signedPath: signedPath)
    }

    func remedy(for change: SignatureDifference) -> Remedy {
        switch change.name {
        case .completeURL, .pathOnly, .registeredPath, .standardPath, .receivedTarget, .proxyPrefix,
            .query, .trailingSlash, .leadingSlash, .scheme, .host:
            path.forSigning
        case .bodyForm: adding([.raw, .minified])
        case .otherKey: addingKey
        default: Remedy(Self.text(change.name))
        }
    }

    /// The setting that accepts further forms of the body.
    private func adding(_ forms: [BodyForm]) -> Remedy {
        let all = settings.bodyForms + forms.filter { !settings.bodyForms.contains($0) }
        return Remedy(set: [.init("notify.signatureBodies", all.map(\.rawValue))])
    }

    /// The setting that accepts the keys given for the diagnosis.
    private var addingKey: Remedy {
        let names = (settings.keys + settings.otherKeys).map(\.name)
        return Remedy(
            set: [.init("cashIn.publicKeyFiles", names)],
            condition: "If the key is the gateway's, "
        )
    }

    /// What to do where no setting helps.
    private static func text(_ name: SignatureDifference.Name) -> String {
        switch name {
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
        default: "Compare the string to sign with the gateway's."
        }
    }
}

extension SignatureDiagnosis {
    /// Whether the signature verifies with the current configuration.
    package var isVerified: Bool { verdict == .verifies || verdict == .refusedHeaders }

    /// What to do about a signature that does not verify, as sentences without duplicates.
    package var remedyText: String {
        var texts: [String] = []
        for remedy in remedies where !texts.contains(remedy.text) { texts.append(remedy.text) }
        if !texts.isEmpty { return texts.joined(separator: " ") }
        switch verdict {
        case .verifies, .refusedHeaders, .oneChange, .severalChanges:
            return "Nothing is left to do."
        case .otherContent:
            return "Compare the strings to sign and the body hashes with those of the gateway, and "
                + "look for what changes the body in transit."
        case .otherKey:
            return "Fetch the gateway's current public key and add it to cashIn.publicKeyFiles; "
                + "check that key and callback are of the same environment (sandbox, production)."
        case .unusableSignature, .missingHeader:
            return "Ask the gateway for X-SIGNATURE in strict base64 (SHA256withRSA) and for "
                + "X-TIMESTAMP, and check that no proxy drops or cuts them."
        case .noKeys:
            return "Set cashIn.publicKeyFiles to the gateway's public key, then replay the "
                + "callback."
        }
    }
}
