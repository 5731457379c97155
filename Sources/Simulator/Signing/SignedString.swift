import Crypto
import Text

/// Another string that a sender signs in place of SNAP BI's string to sign (article Protocol).
///
/// The raw values are the interface of the fault `signed-string`, so they must not change.
enum SignedString: String, CaseIterable, Sendable {
    case usual
    // Other separators of the parts.
    case pipe
    case noSeparator = "no-separator"
    case newline
    // Something else in place of the hash of the body.
    case bodyItself = "body-itself"
    case sha1
    case sha512
    case md5
    case base64Hash = "base64-hash"
    case uppercaseHash = "uppercase-hash"
    // SNAP's string of the symmetric signature, with the access token or an empty one.
    case bearerToken = "bearer-token"
    case emptyToken = "empty-token"
    // The string that is signed for an access token, which does not cover the body.
    case tokenString = "token-string"
    // The string hashed before it is signed, and with the line feed of `echo`.
    case hashedString = "hashed-string"
    case trailingNewline = "trailing-newline"

    /// The access token of `bearer-token`, which the callback then has in `Authorization`.
    static let accessToken = "simulated-access-token"

    /// The string to sign.
    ///
    /// - Parameters:
    ///   - time: X-TIMESTAMP as it is signed.
    ///   - clientID: X-PARTNER-ID, for `token-string`.
    /// - Throws: if OpenSSL lacks a hash function.
    func bytes(
        path: String,
        body: [UInt8],
        time: String,
        clientID: String
    ) throws(CryptoError) -> [UInt8] {
        if self == .tokenString { return Array("\(clientID)|\(time)".utf8) }
        var parts = [Array("POST".utf8), Array(path.utf8), try bodyPart(body), Array(time.utf8)]
        if self == .bearerToken { parts.insert(Array(Self.accessToken.utf8), at: 2) }
        if self == .emptyToken { parts.insert([], at: 2) }
        let text = Array(parts.joined(separator: Array(separator.utf8)))
        return switch self {
        case .hashedString: Array(try Self.hex(.sha256, text).utf8)
        case .trailingNewline: text + [0x0A]
        default: text
        }
    }

    private var separator: String {
        switch self {
        case .pipe: "|"
        case .noSeparator: ""
        case .newline: "\n"
        default: ":"
        }
    }

    /// The part of the string that stands for the body.
    private func bodyPart(_ body: [UInt8]) throws(CryptoError) -> [UInt8] {
        switch self {
        case .bodyItself: body
        case .sha1: Array(try Self.hex(.sha1, body).utf8)
        case .sha512: Array(try Self.hex(.sha512, body).utf8)
        case .md5: Array(try Self.hex(.md5, body).utf8)
        case .base64Hash: try Self.base64(.sha256, body)
        case .uppercaseHash: Array(try Self.hex(.sha256, body).uppercased().utf8)
        default: Array(try Self.hex(.sha256, body).utf8)
        }
    }

    private static func hex(
        _ function: HashFunction,
        _ bytes: [UInt8]
    ) throws(CryptoError) -> String {
        let digest = try function.digest(of: bytes.span)
        return Hex.text(digest.span)
    }

    private static func base64(
        _ function: HashFunction,
        _ bytes: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let digest = try function.digest(of: bytes.span)
        return Base64.encode(digest.span)
    }
}

/// The time that is signed in place of the text of X-TIMESTAMP.
enum SignedTime: Equatable, Sendable {
    /// X-TIMESTAMP itself.
    case sent
    /// Another reading of the clock, so many seconds later; earlier if negative.
    case shifted(seconds: Int64)
    case written(Notation)

    /// Other notations of the same instant; the raw values are values of the fault `signed-time`.
    enum Notation: String, CaseIterable, Sendable {
        case utc
        case noColon = "no-colon"
        case fraction
        case epochSeconds = "epoch-seconds"
        case epochMilliseconds = "epoch-milliseconds"
    }

    /// Maximum seconds between the two times: one day.
    private static let secondsMax = 86_400

    /// Parses the value of the fault: a sign and a number of seconds, or a notation.
    init?(_ text: String) {
        if let notation = Notation(rawValue: text) {
            self = .written(notation)
            return
        }
        let digits = text.dropFirst().utf8
        guard text.hasPrefix("+") || text.hasPrefix("-"), (1...5).contains(digits.count),
            digits.allSatisfy({ (0x30...0x39).contains($0) }), let seconds = Int(text),
            abs(seconds) <= Self.secondsMax
        else { return nil }
        self = .shifted(seconds: Int64(seconds))
    }

    /// The text that is signed.
    ///
    /// - Parameter milliseconds: the time of X-TIMESTAMP, since the epoch.
    func text(milliseconds: Int64) -> String {
        let local = JakartaTime.text(milliseconds: milliseconds)
        switch self {
        case .sent: return local
        case .shifted(let seconds):
            return JakartaTime.text(milliseconds: milliseconds + seconds * 1000)
        case .written(.utc):
            let text = JakartaTime.text(milliseconds: milliseconds - JakartaTime.offsetMilliseconds)
            return text.prefix(19) + "Z"
        case .written(.noColon): return local.prefix(19) + "+0700"
        case .written(.fraction): return local.prefix(19) + ".000+07:00"
        case .written(.epochSeconds): return "\(milliseconds / 1000)"
        case .written(.epochMilliseconds): return "\(milliseconds / 1000)000"
        }
    }
}
