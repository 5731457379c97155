import Captures
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
        case .completeURL, .pathOnly, .registeredPath, .standardPath, .snapPath, .receivedTarget,
            .proxyPrefix, .query, .trailingSlash, .leadingSlash, .scheme, .host:
            path.forSigning
        case .bodyForm: adding(BodyForm.standard)
        case .whitespaceFree:
            adding(
                [.whitespaceFree],
                condition: "If the gateway really signs so (ask it for another form first, this "
                    + "one is weaker), "
            )
        case .otherKey: addingKey
        default: Remedy(Self.text(change.name))
        }
    }

    /// The setting that accepts further forms of the body.
    private func adding(_ forms: [BodyForm], condition: String = "") -> Remedy {
        let all = settings.bodyForms + forms.filter { !settings.bodyForms.contains($0) }
        let setting = Remedy.Setting("notify.signatureBodies", all.map(\.rawValue))
        return Remedy(set: [setting], condition: condition)
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
        case .lineBreaks, .blankRuns, .layout, .memberOrder, .nullMembers, .slashEscapes,
            .unicodeEscapes, .numberLiterals, .numberQuotes, .lineEnds, .byteOrderMark, .charset,
            .unicodeForm:
            "Ask the gateway to sign the bytes that it sends, and find what rewrites the body in "
                + "transit: no setting accepts other bytes."
        case .compression:
            "Ask the gateway to sign the body uncompressed and to send it so, or find the proxy "
                + "that compresses or decompresses it."
        case .wrapper: "Ask the gateway to send the notification as one JSON object, and sign that."
        case .quotes:
            "Capture the body from the request itself: word processors change quotation marks."
        case .bodyEnd:
            "Find what adds or removes the line end of the body, such as the editor that saved it."
        case .emptyBody: "Ask the gateway to sign the body: this signature does not protect it."
        case .timestampShift:
            "Ask the gateway to read its clock once, and to sign the time that it sends."
        case .hashForm, .bodyText:
            "Ask the gateway to sign the SHA-256 of the body in lowercase hexadecimal."
        case .separators: "Ask the gateway to separate the parts of the string by colons."
        case .bearerToken:
            "Ask the gateway for SNAP's asymmetric signature, which has no access token."
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
        case .unusableSignature where signature.symmetricName != nil:
            return "Ask the gateway to sign callbacks with SNAP's asymmetric signature "
                + "(SHA256withRSA): the symmetric one cannot be verified with a public key."
        case .unusableSignature, .missingHeader:
            return "Ask the gateway for X-SIGNATURE in strict base64 (SHA256withRSA) and for "
                + "X-TIMESTAMP, and check that no proxy drops or cuts them."
        case .noKeys:
            return "Set cashIn.publicKeyFiles to the gateway's public key, then replay the "
                + "callback."
        }
    }
}
