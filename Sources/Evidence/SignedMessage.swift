import Crypto
import HTTPCore
import Ledger
import Payments
import Snap
import Store

/// A signed string with its signature, in a form that other tools can verify.
struct SignedMessage {
    /// The part of the signed string before the hash of the body: `POST:`, the path, `:`.
    private let prefix: [UInt8]

    /// The body in the signed form; nil if it was erased.
    private let body: [UInt8]?

    /// The SHA-256 of the body, in lowercase hexadecimal.
    private let digest: [UInt8]

    /// X-TIMESTAMP as signed.
    private let timestamp: [UInt8]

    /// X-SIGNATURE, in base64.
    let signature: [UInt8]

    /// The signed string (article Protocol).
    var text: [UInt8] { prefix + digest + [UInt8(ascii: ":")] + timestamp }

    /// The signed string of a stored callback; nil if its signature did not verify.
    init?(_ record: CallbackRecord, hasher: SHA256) {
        guard let verification = record.verification, let timestamp = record.timestamp,
            let signature = record.erased?.signature
                ?? StoredHead(record.head)?.single("X-SIGNATURE")
        else { return nil }
        prefix = StringToSign.prefix(path: verification.path)
        self.timestamp = Array(timestamp.utf8)
        self.signature = signature
        if let erased = record.erased {
            body = nil
            digest = Self.hex(erased.signedBodyDigest)
        } else {
            let form = BodyForm(rawValue: verification.bodyForm) ?? .raw
            let body = form.bytes(of: record.body)
            self.body = body
            digest = Self.hex(of: body, hasher)
        }
    }

    /// The signed string of a gateway call; nil if the request was not signed.
    init?(_ stored: StoredGatewayCall, hasher: SHA256) {
        let call = stored.call
        if call.signature.isEmpty { return nil }
        prefix = StringToSign.prefix(path: call.signedPath)
        timestamp = Array(call.timestamp.utf8)
        signature = Array(call.signature.utf8)
        if let erased = stored.erased {
            body = nil
            digest = Self.hex(erased.requestDigest)
        } else {
            body = call.requestBody
            digest = Self.hex(of: call.requestBody, hasher)
        }
    }

    private static func hex(of body: [UInt8], _ hasher: SHA256) -> [UInt8] {
        var digits: [UInt8] = []
        hasher.digest(of: body.span).appendHex(to: &digits)
        return digits
    }

    private static func hex(_ digest: [UInt8]) -> [UInt8] { Array(Hex.text(digest.span).utf8) }

    /// Whether the signature verifies with `key`.
    func verifies(with key: RSAPublicKey, hasher: SHA256) throws(CryptoError) -> Bool {
        guard let bytes = Base64.decode(signature.span) else { return false }
        return try DigestRecoverer(key).digest(in: bytes.span) == hasher.digest(of: text.span)
    }

    /// Commands for a POSIX shell that verify the signature with `openssl`.
    ///
    /// The commands contain all their input. The hash of the body is computed from its bytes,
    /// unless they were erased; then the stored hash is used.
    ///
    /// - Parameters:
    ///   - name: the name of the files that the commands write, without extension.
    ///   - pem: the public key.
    /// - Returns: nil if a value contains bytes that a line of text cannot have.
    func shellLines(name: String, pem: String) -> [String]? {
        guard let signature = Self.quoted(signature), let string = stringLine(name: name) else {
            return nil
        }
        let key = pem.split(separator: "\n").map { "'\($0)'" }.joined(separator: " ")
        var lines = [
            "printf '%s\\n' \(key) > \(name).pem",
            "printf '%s' \(signature) | base64 -d > \(name).signature",
        ]
        if let body {
            let base64 = String(decoding: Base64.encode(body.span), as: UTF8.self)
            lines.insert("printf '%s' '\(base64)' | base64 -d > \(name).body", at: 1)
            lines.append("digest=$(openssl dgst -sha256 -r \(name).body)")
        }
        lines.append(string)
        lines.append(
            "openssl dgst -sha256 -verify \(name).pem -signature \(name).signature \(name).string"
        )
        return lines
    }

    /// The command that writes the signed string.
    ///
    /// If the body is present, it uses the hash that an earlier command has computed.
    private func stringLine(name: String) -> String? {
        if body == nil { return Self.quoted(text).map { "printf '%s' \($0) > \(name).string" } }
        guard let prefix = Self.quoted(prefix), let timestamp = Self.quoted([0x3A] + timestamp)
        else { return nil }
        return "printf '%s' \(prefix) \"${digest%% *}\" \(timestamp) > \(name).string"
    }

    /// Quotes bytes as one word of a shell (POSIX.1-2024, XCU section 2.2.2).
    ///
    /// - Returns: nil if the bytes are not UTF-8 or contain control characters.
    private static func quoted(_ bytes: [UInt8]) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self),
            !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else { return nil }
        return "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
