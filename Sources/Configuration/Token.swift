import Crypto

/// Someone who may use the internal API. Prints as its name, never as its secret.
package struct Token: Sendable {
    /// Who uses it; stands in the log and beside what an operator decides.
    package let name: String
    package let scopes: Set<Configuration.Scope>
    private let secret: [UInt8]

    /// Shorter ones are refused (contract section 5).
    package static let characterCountMin = 32
    /// Longer ones would not fit beside the other header fields.
    package static let characterCountMax = 1024

    /// - Parameter contents: of the token's file; blanks and line ends around it are dropped.
    package init(name: String, scopes: [Configuration.Scope], contents: [UInt8]) throws(Malformed) {
        let isBlank = { (byte: UInt8) in [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
        let secret = Array(contents.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
        guard secret.allSatisfy(\.isTokenByte) else {
            throw Malformed(
                "holds characters that no bearer token has, expected letters, digits and -._~+/="
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

    /// Whether `candidate` is this token; takes the same time wherever they differ.
    package func matches(_ candidate: Span<UInt8>) -> Bool {
        constantTimeEqual(secret.span, candidate)
    }

    /// The value of `Authorization` with which it is sent.
    package var authorization: String { "Bearer " + String(decoding: secret, as: UTF8.self) }

    /// Whether the two share one secret.
    package func hasSecret(of other: Token) -> Bool { matches(other.secret.span) }

    /// Whether it may do what `scope` stands for.
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
    /// RFC 6750 section 2.1, `b64token`; the rule that `=` comes last is left out.
    fileprivate var isTokenByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~+/=".utf8.contains(self)
        }
    }
}
