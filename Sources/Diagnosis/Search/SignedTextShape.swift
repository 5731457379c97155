import Captures

/// How the parts of the string to sign are put together.
struct SignedTextShape: Hashable, Sendable {
    /// The text between the parts.
    var separator = ":"

    /// The access token between path and body hash; nil if there is none, as in SNAP's asymmetric
    /// signature.
    var token: String?

    /// The expected shape, and other separators and tokens.
    ///
    /// SNAP's symmetric signature has the access token after the path; some senders use its string
    /// for the asymmetric one.
    static func ladder(_ callback: CapturedCallback) -> VariantLadder<SignedTextShape> {
        var ladder = VariantLadder<SignedTextShape>(countMax: 32)
        ladder.add(SignedTextShape())
        let tokens = callback.texts(of: "Authorization").prefix(2).map { text in
            String(text.split(separator: " ").last ?? "")
        }
        ladder.close { shape in
            var others: [(value: SignedTextShape, change: SignatureDifference)] = []
            for (separator, name) in [("|", "|"), ("", "nothing"), ("\n", "a line feed")] {
                guard shape.separator == ":" else { break }
                let change = SignatureDifference(
                    name: .separators,
                    detail: "the parts of the string are separated by \(name), not by a colon"
                )
                others.append((SignedTextShape(separator: separator, token: shape.token), change))
            }
            for token in tokens + [""] where shape.token == nil {
                let which = token.isEmpty ? "an empty access token" : "the bearer token"
                let change = SignatureDifference(
                    name: .bearerToken,
                    detail: "\(which) is signed between path and body hash, as in SNAP's "
                        + "symmetric signature"
                )
                others.append((SignedTextShape(separator: shape.separator, token: token), change))
            }
            return others
        }
        return ladder
    }

    /// The string up to the timestamp.
    func front(method: String, path: String, hash: [UInt8]) -> [UInt8] {
        var text = Array("\(method)\(separator)\(path)\(separator)".utf8)
        if let token { text += Array("\(token)\(separator)".utf8) }
        text += hash
        text += Array(separator.utf8)
        return text
    }
}
