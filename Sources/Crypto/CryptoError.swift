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

extension CryptoError {
    /// The description, with the path of a key file in the commands that it names.
    package func message(file: String) -> String {
        if case .unusableKey(let problem) = self {
            problem.message(file: file)
        } else {
            description
        }
    }
}

/// Empties this thread's OpenSSL error queue, so that a later call does not report these reasons.
private func drainErrorQueue() -> [String] {
    var reasons: [String] = []
    while case let code = ERR_get_error(), code != 0 {
        // A failed system call has no text.
        let text = unsafe ERR_reason_error_string(code)
        reasons.append(unsafe text.map { unsafe String(cString: $0) } ?? "error \(code)")
    }
    return reasons
}

/// Why a file is not the expected RSA key.
///
/// The descriptions complete a sentence that begins with the file name. Each states once what is
/// expected.
package enum KeyProblem: Error, Equatable, Sendable {
    /// The content of a key file.
    package enum Kind: String, Sendable {
        case publicKey = "a public key"
        case privateKey = "a private key"
        case encryptedPrivateKey = "an encrypted private key"
        case certificate = "a certificate"
    }

    /// Neither PEM, base64 nor DER, nor a ``KeyForm``.
    case noKey

    /// Another form of key or text.
    case form(KeyForm, expected: Kind)

    /// A PEM block without an END line.
    case noEnd(label: String)

    /// More than one PEM block.
    case severalBlocks(count: Int)

    /// The content of the PEM block is not base64.
    case notBase64(label: String)

    /// The base64 decodes, but not to a key in DER.
    case notDER

    /// A key of the wrong kind, or a certificate in place of a private key.
    case wrongKind(Kind, expected: Kind)

    /// A key for another algorithm, by its OpenSSL name.
    case notRSA(algorithm: String)

    /// The length of the modulus in bits, which is outside ``RSAKeyBits``.
    case bits(Int)

    /// The numbers in the key are inconsistent, or the exponent is invalid.
    case inconsistent

    /// Whether the content was not understood, so that it may have a ``KeyForm``.
    var isUnrecognised: Bool {
        switch self {
        case .noKey, .noEnd, .notBase64, .notDER: true
        default: false
        }
    }
}

extension KeyProblem: CustomStringConvertible {
    /// The problem, with FILE as the name of the file in commands.
    package var description: String { message(file: nil) }

    /// The problem, and the command that makes the expected form if there is one.
    ///
    /// - Parameter file: the path of the file; nil if it is not known.
    package func message(file: String?) -> String {
        // In single quotes, a shell takes every character as it is, except the quote.
        let quoted = file.map { file in
            "'"
                + file.split(separator: "'", omittingEmptySubsequences: false)
                .joined(separator: "'\\''") + "'"
        }
        guard let remedy = remedy(file: quoted ?? "FILE") else { return text }
        return text + "; " + remedy
    }

    private var text: String {
        switch self {
        case .noKey: "is neither PEM, base64 nor DER, expected an RSA key"
        case .form(let form, let expected): "\(form.rawValue), expected \(expected.rawValue) in PEM"
        case .noEnd(let label):
            "has no END line, expected -----END \(label.isEmpty ? "…" : label)-----"
        case .severalBlocks(let count):
            "holds \(count) PEM blocks, expected one key"
        case .notBase64(let label):
            "has other characters than base64 in its PEM block \(label), expected an RSA key"
        case .notDER:
            "is base64 that does not decode to DER, expected an RSA key"
        case .wrongKind(let found, let expected):
            "is \(found.rawValue), expected \(expected.rawValue)"
        case .notRSA(let algorithm):
            "is \(Self.article(for: algorithm)) \(algorithm) key, expected RSA"
        case .bits(let found):
            found < RSAKeyBits.min
                ? "RSA of \(found) bits, expected \(RSAKeyBits.min) or more"
                : "RSA of \(found) bits, expected \(RSAKeyBits.max) or less"
        case .inconsistent:
            "has numbers that do not form an RSA key, expected an undamaged one"
        }
    }

    /// What the operator can do, if it is not obvious.
    private func remedy(file: String) -> String? {
        let command: String?
        switch self {
        case .form(let form, let expected):
            command = form.command(file: file, for: expected)
            if command == nil { return form.advice }
        case .wrongKind(.privateKey, expected: .publicKey):
            command = "openssl pkey -in \(file) -pubout -out NEW"
        case .wrongKind(.encryptedPrivateKey, expected: .privateKey):
            command = "openssl pkey -in \(file) -out NEW"
        case .wrongKind(.encryptedPrivateKey, expected: .publicKey):
            command = "openssl pkey -in \(file) -pubout -out NEW"
        default: command = nil
        }
        return command.map { "make it with: \($0)" }
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
