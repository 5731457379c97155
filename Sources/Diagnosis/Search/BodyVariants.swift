import Crypto
import Snap

/// The body hashes that a sender may have signed: of the configured forms, and of variants of the
/// body.
struct BodyVariants {
    /// Maximum number of bodies hashed: the forms, and up to two rewritings of each.
    static let countMax = 400

    /// Maximum bytes of a body that is rewritten; larger bodies are tried in their two forms only.
    ///
    /// Some hundred rewritings of a larger body would take seconds. The receiver accepts 65,536
    /// bytes by default.
    static let rewrittenBytesMax = 262_144

    /// All hashes to try, as the hexadecimal text in the string to sign.
    ///
    /// - Parameter forms: the configured forms, whose hashes count as no change.
    static func ladder(
        _ body: [UInt8],
        forms: [BodyForm],
        rewrittenBytesMax: Int = rewrittenBytesMax,
        hasher: SHA256
    ) -> VariantLadder<[UInt8]> {
        var bodies = VariantLadder<[UInt8]>(countMax: countMax)
        for form in forms { bodies.add(form.bytes(of: body)) }
        for form in BodyForm.allCases {
            let change = SignatureDifference(
                name: .bodyForm,
                detail: "the body is hashed \(form.phrase)"
            )
            bodies.add(form.bytes(of: body), [change])
        }
        if body.count <= rewrittenBytesMax { bodies.close(BodyRewriting.alternatives) }
        bodies.add(
            [],
            [SignatureDifference(name: .emptyBody, detail: "the hash of an empty body is signed")]
        )

        var hashes = VariantLadder<[UInt8]>(countMax: countMax * 2)
        for variant in bodies.steps.joined() {
            hashes.add(hash(of: variant.value, hasher), variant.changes)
        }
        let change = SignatureDifference(
            name: .hashCase,
            detail: "the body hash is signed in upper case"
        )
        hashes.close { hash in
            let capitals = hash.map { $0 >= UInt8(ascii: "a") ? $0 & 0xDF : $0 }
            return [(capitals, change)]
        }
        return hashes
    }

    /// The lowercase hexadecimal SHA-256 of `body`.
    private static func hash(of body: [UInt8], _ hasher: SHA256) -> [UInt8] {
        var text: [UInt8] = []
        hasher.digest(of: body.span).appendHex(to: &text)
        return text
    }
}

extension BodyForm {
    /// The bytes of a body in this form; a body that cannot be minified is returned unchanged.
    func bytes(of body: [UInt8]) -> [UInt8] {
        self == .minified ? Snap.minified(body.span) ?? body : body
    }

    /// The form in words, to complete "the body is hashed …".
    fileprivate var phrase: String {
        switch self {
        case .raw: "as it is (raw)"
        case .minified: "without white space outside strings (minified)"
        }
    }
}
