import Crypto

/// A bearer token of the internal API.
///
/// Its descriptions contain the name only, so that the secret cannot reach a log.
package struct Token: Sendable {
    /// The name of the user; shown in the log and with an operator's decisions.
    package let name: String
    package let scopes: Set<Configuration.Scope>
    private let secret: [UInt8]

    /// The minimum length: a shorter secret could be guessed.
    package static let characterCountMin = 32
    /// The maximum length: a longer secret would leave no room for the other header fields.
    package static let characterCountMax = 1024

    /// Reads the token from the contents of its file.
    ///
    /// - Parameter contents: the secret; surrounding white space is ignored.
    /// - Throws: if the secret is too short or too long, or has characters outside of `b64token`.
    package init(name: String, scopes: [Configuration.Scope], contents: [UInt8]) throws(Malformed) {
        let isBlank = { (byte: UInt8) in [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
        let secret = Array(contents.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
        guard secret.allSatisfy(\.isTokenByte) else {
            throw Malformed(
                "holds characters that a bearer token cannot have, "
                    + "expected letters, digits and -._~+/="
            )
        }
        guard secret.count >= Self.characterCountMin else {
            throw Malformed(
                "holds a token of \(secret.count) characters, "
                    + "expected at least \(Self.characterCountMin)"
            )
        }
        guard secret.count <= Self.characterCountMax else {
            throw Malformed(
                "holds a token of \(secret.count) characters, "
                    + "expected at most \(Self.characterCountMax)"
            )
        }
        self.name = name
        self.scopes = Set(scopes)
        self.secret = secret
    }

    /// Whether `candidate` is this token.
    ///
    /// The time of the comparison does not depend on the position of a difference.
    package func matches(_ candidate: Span<UInt8>) -> Bool {
        constantTimeEqual(secret.span, candidate)
    }

    /// The value of the header `Authorization` for a request with this token.
    package var authorization: String { "Bearer " + String(decoding: secret, as: UTF8.self) }

    /// Whether both tokens have the same secret.
    package func hasSecret(of other: Token) -> Bool { matches(other.secret.span) }

    /// Whether the token has `scope`, or `admin`, which includes every scope.
    package func allows(_ scope: Configuration.Scope) -> Bool {
        scopes.contains(scope) || scopes.contains(.admin)
    }
}

extension Token: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "token \(name)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}

extension UInt8 {
    /// The characters of `b64token` (RFC 6750 section 2.1); `=` is accepted at any position.
    fileprivate var isTokenByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~+/=".utf8.contains(self)
        }
    }
}
