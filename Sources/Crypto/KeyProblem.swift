/// Why a text is not the RSA key that was asked for.
///
/// The descriptions complete a sentence that begins with the name of the file.
package enum KeyProblem: Error, Equatable, Sendable {
    /// What a key file holds, or should hold.
    package enum Kind: String, Sendable {
        case publicKey = "a public key"
        case privateKey = "a private key"
        case encryptedPrivateKey = "an encrypted private key"
        case certificate = "a certificate"
    }

    /// Neither armour nor base64.
    case noKey

    /// An armoured block was opened but not closed.
    case noEnd(label: String)

    /// More than one armoured block.
    case severalBlocks(count: Int)

    /// The armour holds something that is not base64.
    case notBase64(label: String)

    /// The base64 decodes, but not to a key.
    case notDER

    /// A key, or a certificate, of the wrong kind.
    case wrongKind(Kind, expected: Kind)

    /// A key for another algorithm; OpenSSL's name of it.
    case notRSA(algorithm: String)

    /// The modulus is too short or too long.
    case bits(Int)

    /// The numbers in the key do not belong together, or the exponent is not one of RSA.
    case inconsistent
}

extension KeyProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noKey:
            "no PEM block and not base64, expected an RSA key"
        case .noEnd(let label):
            "the PEM block \(label) has no END line"
        case .severalBlocks(let count):
            "holds \(count) PEM blocks, expected one key"
        case .notBase64(let label):
            "the PEM block \(label) is not base64"
        case .notDER:
            "is base64, but not of an RSA key in DER"
        case .wrongKind(let found, let expected):
            "is \(found.rawValue), expected \(expected.rawValue)"
        case .notRSA(let algorithm):
            "is \(Self.article(for: algorithm)) \(algorithm) key, expected RSA"
        case .bits(let found):
            found < RSAKeyBits.min
                ? "RSA of \(found) bits, expected \(RSAKeyBits.min) or more"
                : "RSA of \(found) bits, expected \(RSAKeyBits.max) or less"
        case .inconsistent:
            "is damaged: its numbers do not make an RSA key"
        }
    }

    /// `an` before names that are spoken with a vowel (EC, ED25519, RSA-PSS, X25519).
    private static func article(for name: String) -> String {
        "AEFHILMNORSX".contains(name.prefix(1)) ? "an" : "a"
    }
}

/// The sizes of RSA keys that are accepted.
package enum RSAKeyBits {
    /// NIST SP 800-131A; a gateway's sandbox with 1024 bits is refused (contract section 4).
    package static let min = 2048

    /// The largest modulus that OpenSSL verifies with (`OPENSSL_RSA_MAX_MODULUS_BITS`).
    package static let max = 16_384
}
