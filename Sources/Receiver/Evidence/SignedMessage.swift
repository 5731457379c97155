import Crypto
import Ledger
import Snap
import Store

/// What one signature covers, and the signature: for whoever verifies it with other tools.
struct SignedMessage {
    /// What stands before the body's hash: `POST:` path `:`.
    private let prefix: [UInt8]

    /// The bytes that are hashed.
    private let body: [UInt8]
    private let timestamp: [UInt8]

    /// The string to sign.
    let text: [UInt8]

    /// X-SIGNATURE, base64.
    let signature: [UInt8]

    /// What the signature of a kept callback covers; nil for a refused one.
    init?(_ record: CallbackRecord, hasher: SHA256) {
        guard let verification = record.verification, let timestamp = record.timestamp,
            let signature = KeptHead(record.head)?.single("X-SIGNATURE")
        else { return nil }
        let isMinified = verification.bodyForm == BodyForm.minified.rawValue
        body = isMinified ? minified(record.body.span) ?? record.body : record.body
        prefix = StringToSign.prefix(path: verification.path)
        self.timestamp = Array(timestamp.utf8)
        self.signature = signature
        text = Self.text(prefix, body, self.timestamp, hasher)
    }

    /// What the signature of a request of ours covers; nil when none was made.
    init?(_ exchange: GatewayCall, hasher: SHA256) {
        guard let signature = KeptHead(exchange.requestHead)?.single("X-SIGNATURE") else {
            return nil
        }
        body = exchange.requestBody
        timestamp = Array(exchange.timestamp.utf8)
        text = exchange.stringToSign
        self.signature = signature
        let suffix = Self.text([], body, timestamp, hasher)
        guard text.count > suffix.count, text.suffix(suffix.count) == suffix[...] else {
            return nil
        }
        prefix = Array(text.dropLast(suffix.count))
    }

    private static func text(
        _ prefix: [UInt8],
        _ body: [UInt8],
        _ timestamp: [UInt8],
        _ hasher: SHA256
    ) -> [UInt8] {
        var text: [UInt8] = []
        StringToSign.append(
            prefix: prefix,
            bodyDigest: hasher.digest(of: body.span),
            timestamp: timestamp.span,
            to: &text
        )
        return text
    }

    /// Whether `key` made the signature.
    func verifies(with key: RSAPublicKey, hasher: SHA256) throws(CryptoError) -> Bool {
        guard let bytes = Base64.decode(signature.span) else { return false }
        return try DigestRecoverer(key).digest(in: bytes.span) == hasher.digest(of: text.span)
    }

    /// Lines for a POSIX shell that verify the signature with the `openssl` command, from nothing
    /// but what they say themselves. The body's hash is computed anew, so that its bytes count.
    ///
    /// - Parameters:
    ///   - name: what the files that they write are called, without their endings.
    ///   - pem: the public key.
    /// - Returns: nil for bytes that cannot stand in a line of text.
    func shellLines(name: String, pem: String) -> [String]? {
        guard let prefix = Self.quoted(prefix), let timestamp = Self.quoted([0x3A] + timestamp),
            let signature = Self.quoted(signature)
        else { return nil }
        let body = String(decoding: Base64.encode(self.body.span), as: UTF8.self)
        let key = pem.split(separator: "\n").map { "'\($0)'" }.joined(separator: " ")
        return [
            "printf '%s\\n' \(key) > \(name).pem",
            "printf '%s' '\(body)' | base64 -d > \(name).body",
            "printf '%s' \(signature) | base64 -d > \(name).signature",
            "digest=$(openssl dgst -sha256 -r \(name).body)",
            "printf '%s' \(prefix) \"${digest%% *}\" \(timestamp) > \(name).string",
            "openssl dgst -sha256 -verify \(name).pem -signature \(name).signature \(name).string",
        ]
    }

    /// Bytes as one word of a shell (POSIX.1-2024, XCU section 2.2.2); nil when they are no line of
    /// text.
    private static func quoted(_ bytes: [UInt8]) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self),
            !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else { return nil }
        return "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
