import COpenSSL

/// An error of this module; never contains key material, signatures or signed bytes.
package enum CryptoError: Error, Equatable, Sendable {
    /// The OpenSSL function `call` failed; `reasons` are the texts of its error queue, oldest
    /// first.
    case failed(call: String, reasons: [String])

    /// A key cannot be used; the problem is described for the operator who configured it.
    case unusableKey(KeyProblem)

    /// The failure of `call`, with the reasons from this thread's OpenSSL error queue.
    static func drained(_ call: StaticString) -> CryptoError {
        .failed(call: "\(call)", reasons: drainErrorQueue())
    }
}

extension CryptoError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .failed(let call, let reasons):
            reasons.isEmpty
                ? "\(call) failed" : "\(call) failed: \(reasons.joined(separator: "; "))"
        case .unusableKey(let problem):
            problem.description
        }
    }
}

/// Empties this thread's OpenSSL error queue, so that a later call does not report these reasons.
private func drainErrorQueue() -> [String] {
    var reasons: [String] = []
    while true {
        let code = ERR_get_error()
        if code == 0 { return reasons }
        if let text = unsafe ERR_reason_error_string(code) {
            reasons.append(unsafe String(cString: text))
        } else {
            reasons.append("error \(code)")
        }
    }
}

/// Why a text is not the expected RSA key.
///
/// The descriptions complete a sentence that begins with the file name.
package enum KeyProblem: Error, Equatable, Sendable {
    /// The content of a key file.
    package enum Kind: String, Sendable {
        case publicKey = "a public key"
        case privateKey = "a private key"
        case encryptedPrivateKey = "an encrypted private key"
        case certificate = "a certificate"
    }

    /// Neither PEM nor base64.
    case noKey

    /// A PEM block without an END line.
    case noEnd(label: String)

    /// More than one PEM block.
    case severalBlocks(count: Int)

    /// The content of the PEM block is not base64.
    case notBase64(label: String)

    /// The base64 decodes, but not to a key in DER.
    case notDER

    /// A key of the wrong kind, or a certificate.
    case wrongKind(Kind, expected: Kind)

    /// A key for another algorithm, by its OpenSSL name.
    case notRSA(algorithm: String)

    /// The length of the modulus in bits, which is outside ``RSAKeyBits``.
    case bits(Int)

    /// The numbers in the key are inconsistent, or the exponent is invalid.
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
            "is base64, but does not decode to an RSA key in DER"
        case .wrongKind(let found, let expected):
            "is \(found.rawValue), expected \(expected.rawValue)"
        case .notRSA(let algorithm):
            "is \(Self.article(for: algorithm)) \(algorithm) key, expected RSA"
        case .bits(let found):
            found < RSAKeyBits.min
                ? "RSA of \(found) bits, expected \(RSAKeyBits.min) or more"
                : "RSA of \(found) bits, expected \(RSAKeyBits.max) or less"
        case .inconsistent:
            "is damaged: its numbers do not form an RSA key"
        }
    }

    /// `an` before names pronounced with an initial vowel (EC, ED25519, RSA-PSS, X25519).
    private static func article(for name: String) -> String {
        "AEFHILMNORSX".contains(name.prefix(1)) ? "an" : "a"
    }
}

/// The accepted sizes of RSA keys, in bits of the modulus.
package enum RSAKeyBits {
    /// The minimum of NIST SP 800-131A; a sandbox with 1024 bits is rejected (article Protocol).
    package static let min = 2048

    /// The largest modulus that OpenSSL verifies with (`OPENSSL_RSA_MAX_MODULUS_BITS`).
    package static let max = 16_384
}
