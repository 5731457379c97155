import Crypto

/// Another form of X-SIGNATURE than standard base64 of an RSA signature (article Protocol).
///
/// The raw values are the interface of the fault `signature-form`, so they must not change.
enum SignatureForm: String, CaseIterable, Sendable {
    case usual
    case base64Twice = "base64-twice"
    case fields
    case literalNewline = "literal-newline"
    case hex
    case urlSafe = "url-safe"
    case unpadded
    case quoted
    case percentEncoded = "percent-encoded"
    // SNAP's symmetric signature, made with a client secret in place of the RSA key.
    case hmacSHA512 = "hmac-sha512"
    case hmacSHA512Hex = "hmac-sha512-hex"
    case hmacSHA256 = "hmac-sha256"

    /// The client secret of the HMAC forms; no receiver has it.
    private static let clientSecret = Array("simulated-client-secret".utf8)

    /// The value of X-SIGNATURE.
    ///
    /// - Parameters:
    ///   - signature: the RSA signature; the HMAC forms do not have it.
    ///   - text: the string that is signed.
    /// - Throws: if OpenSSL lacks a hash function.
    func value(of signature: [UInt8], over text: [UInt8]) throws(CryptoError) -> String {
        let base64 = Self.base64(signature)
        return switch self {
        case .usual: base64
        case .base64Twice: Self.base64(Array(base64.utf8))
        case .fields: "algorithm=RSA256,keyVersion=1,signature=\(base64)"
        case .literalNewline: Self.withLiteralNewlines(base64)
        case .hex: Self.hex(signature)
        case .urlSafe:
            base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        case .unpadded: base64.replacing("=", with: "")
        case .quoted: "\"\(base64)\""
        case .percentEncoded:
            base64.replacing("+", with: "%2B").replacing("/", with: "%2F")
                .replacing("=", with: "%3D")
        case .hmacSHA512: Self.base64(try Self.hmac(.sha512, text))
        case .hmacSHA512Hex: Self.hex(try Self.hmac(.sha512, text))
        case .hmacSHA256: Self.base64(try Self.hmac(.sha256, text))
        }
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        String(decoding: Base64.encode(bytes.span), as: UTF8.self)
    }

    private static func hex(_ bytes: [UInt8]) -> String { Hex.text(bytes.span) }

    /// The text in lines of 76 characters (RFC 2045 section 6.8), each with `\` and `n` after it.
    private static func withLiteralNewlines(_ text: String) -> String {
        var output = ""
        var rest = Substring(text)
        while !rest.isEmpty {
            output += rest.prefix(76) + "\\n"
            rest = rest.dropFirst(76)
        }
        return output
    }

    /// The HMAC with the client secret.
    private static func hmac(
        _ function: HashFunction,
        _ text: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try function.authenticationCode(of: text.span, key: clientSecret.span)
    }
}
