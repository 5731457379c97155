import Crypto
import Ledger
import Payments
import Snap
package import Store
import Text

/// The JSON of a dossier: all evidence of one payment.
package struct DossierRepresentation: Encodable {
    let madeAt: String
    let transaction: TransactionRepresentation

    /// Open and resolved entries, newest first.
    let attention: [AttentionRepresentation]

    /// The callbacks of the payment, newest first.
    package let callbacks: [DossierCallback]

    /// The gateway calls of the payment, newest first.
    let exchanges: [ExchangeRepresentation]
    let keys: [DossierKey]

    /// The names of the members that were cut off.
    package let truncated: [String]

    package init(
        madeAt: String,
        transaction: TransactionRepresentation,
        attention: [AttentionRepresentation],
        callbacks: [DossierCallback],
        exchanges: [ExchangeRepresentation],
        keys: [DossierKey],
        truncated: [String]
    ) {
        self.madeAt = madeAt
        self.transaction = transaction
        self.attention = attention
        self.callbacks = callbacks
        self.exchanges = exchanges
        self.keys = keys
        self.truncated = truncated
    }
}

/// A public key that verifies signatures in a dossier.
package struct DossierKey: Encodable {
    /// `gateway` or `merchant`.
    let use: String
    let fingerprint: String

    /// The public key as PEM (SPKI).
    let pem: String

    package init(use: String, fingerprint: String, pem: String) {
        self.use = use
        self.fingerprint = fingerprint
        self.pem = pem
    }
}

/// The commands that verify a signature without this program.
package struct DossierVerification: Encodable {
    let keyFingerprint: String

    /// Commands for a POSIX shell with `base64` and `openssl`; the last one prints the result.
    let lines: [String]

    package init(keyFingerprint: String, lines: [String]) {
        self.keyFingerprint = keyFingerprint
        self.lines = lines
    }
}

/// The JSON of a callback in a dossier: ``CallbackRepresentation`` and the evidence.
package struct DossierCallback: Encodable {
    package let callback: CallbackRepresentation
    let requestHead: [UInt8]?
    let timestamp: String?
    let signature: [UInt8]?
    let stringToSign: [UInt8]?
    let verification: DossierVerification?

    package init(
        callback: CallbackRepresentation,
        requestHead: [UInt8]?,
        timestamp: String?,
        signature: [UInt8]?,
        stringToSign: [UInt8]?,
        verification: DossierVerification?
    ) {
        self.callback = callback
        self.requestHead = requestHead
        self.timestamp = timestamp
        self.signature = signature
        self.stringToSign = stringToSign
        self.verification = verification
    }

    package func encode(to encoder: any Encoder) throws {
        try callback.encode(to: encoder)
        var container = encoder.container(keyedBy: MemberName.self)
        try container.encode(bytes: requestHead, "requestHead")
        try container.encode(timestamp, forKey: "timestamp")
        try container.encode(bytes: signature, "signature")
        try container.encode(bytes: stringToSign, "stringToSign")
        try container.encode(verification, forKey: "verification")
    }
}

/// The JSON of a gateway call in a dossier.
package struct ExchangeRepresentation: Encodable {
    /// What is left of erased heads and bodies.
    private struct Erased: Encodable {
        let requestBodySha256: String
        let responseBodySha256: String?

        init(_ erased: ErasedGatewayCall) {
            requestBodySha256 = Hex.text(erased.requestDigest.span)
            responseBodySha256 = erased.responseDigest.map { Hex.text($0.span) }
        }
    }

    let stored: StoredGatewayCall
    let stringToSign: [UInt8]?
    let signature: [UInt8]?
    let verification: DossierVerification?

    package init(
        stored: StoredGatewayCall,
        stringToSign: [UInt8]?,
        signature: [UInt8]?,
        verification: DossierVerification?
    ) {
        self.stored = stored
        self.stringToSign = stringToSign
        self.signature = signature
        self.verification = verification
    }

    package func encode(to encoder: any Encoder) throws {
        let exchange = stored.call
        var container = encoder.container(keyedBy: MemberName.self)
        try container.encode(stored.id, forKey: "id")
        try container.encode(Self.word(exchange.service), forKey: "service")
        try container.encode(exchange.partnerReferenceNo, forKey: "partnerReferenceNo")
        try container.encode(exchange.externalID, forKey: "externalId")
        try container.encode(exchange.timestamp, forKey: "timestamp")
        try container.encode(bytes: stringToSign, "stringToSign")
        try container.encode(bytes: signature, "signature")
        let isErased = stored.erased != nil
        let (head, body) = (exchange.requestHead, exchange.requestBody)
        try container.encode(bytes: isErased ? nil : head, "requestHead")
        try container.encode(bytes: isErased ? nil : body, "requestBody")
        try container.encode(stored.erased.map { Erased($0) }, forKey: "erased")
        try container.encode(exchange.responseStatus, forKey: "responseStatus")
        try container.encode(bytes: exchange.responseHead, "responseHead")
        try container.encode(bytes: exchange.responseBody, "responseBody")
        try container.encode(exchange.error, forKey: "error")
        try container.encode(Self.text(exchange.startedMilliseconds), forKey: "startedAt")
        try container.encode(Self.text(exchange.finishedMilliseconds), forKey: "finishedAt")
        try container.encode(verification, forKey: "verification")
    }

    private static func word(_ service: Int) -> String {
        switch ResponseCode.Service(rawValue: service) {
        case .generate: "generate"
        case .query: "query"
        case .notify, nil: "\(service)"
        }
    }

    private static func text(_ milliseconds: Int64) -> String {
        JakartaTime.textWithFraction(milliseconds: milliseconds)
    }
}

extension KeyedEncodingContainer<MemberName> {
    /// Encodes bytes as text under `name` if they are UTF-8, else as base64 under `name` with
    /// `Base64` appended; nil is encoded as `null`.
    fileprivate mutating func encode(bytes: [UInt8]?, _ name: String) throws {
        guard let bytes else { return try encodeNil(forKey: MemberName(name)) }
        if let text = String(validating: bytes, as: UTF8.self) {
            try encode(text, forKey: MemberName(name))
        } else {
            let base64 = String(decoding: Base64.encode(bytes.span), as: UTF8.self)
            try encode(base64, forKey: MemberName(name + "Base64"))
        }
    }
}
