import Crypto
import Snap

/// The hashes of everything else that a sender may have hashed as the body.
struct BodyVariants {
    /// Bounds the bytes that are hashed: forms × rewritings of rewritings.
    static let countMax = 400

    /// Larger bodies are tried in their two forms only: some hundred rewritings of them would take
    /// seconds. The receiver takes 65,536 bytes by default.
    static let rewrittenBytesMax = 262_144

    /// All hashes to try, as the hexadecimal text that stands in the string to sign.
    static func ladder(
        _ body: [UInt8],
        forms: [BodyForm],
        rewrittenBytesMax: Int = rewrittenBytesMax,
        hasher: SHA256
    ) -> VariantLadder<[UInt8]> {
        var bodies = VariantLadder<[UInt8]>(countMax: countMax)
        for form in forms { bodies.add(form.bytes(of: body)) }
        for form in BodyForm.allCases {
            let change = Change(name: .bodyForm, detail: "the body is hashed \(form.phrase)")
            bodies.add(form.bytes(of: body), [change])
        }
        if body.count <= rewrittenBytesMax { bodies.close(BodyRewriting.alternatives) }
        bodies.add([], [Change(name: .emptyBody, detail: "the hash of nothing is signed")])

        var hashes = VariantLadder<[UInt8]>(countMax: countMax * 2)
        for variant in bodies.steps.joined() {
            hashes.add(hash(of: variant.value, hasher), variant.changes)
        }
        let change = Change(name: .hashCase, detail: "the body's hash is signed in capitals")
        hashes.close { hash in
            let capitals = hash.map { $0 >= UInt8(ascii: "a") ? $0 & 0xDF : $0 }
            return [(capitals, change)]
        }
        return hashes
    }

    private static func hash(of body: [UInt8], _ hasher: SHA256) -> [UInt8] {
        var text: [UInt8] = []
        hasher.digest(of: body.span).appendHex(to: &text)
        return text
    }
}

extension BodyForm {
    /// The bytes of a body in this form.
    func bytes(of body: [UInt8]) -> [UInt8] {
        self == .minified ? Snap.minified(body.span) ?? body : body
    }

    /// How a body is hashed in this form.
    fileprivate var phrase: String {
        switch self {
        case .raw: "as it is (raw)"
        case .minified: "without white space outside strings (minified)"
        }
    }
}
