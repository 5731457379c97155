package import Crypto

/// A callback as the gateway would send it, signed for real.
package struct SignedCallback: Sendable {
    package var partnerID: String
    package var externalID: String
    package var timestamp: String
    package var signature: String
    package var body: [UInt8]

    /// The header fields in the order of the gateway's page.
    package var headers: [(name: String, value: String)] {
        [
            ("X-PARTNER-ID", partnerID), ("X-EXTERNAL-ID", externalID),
            ("X-TIMESTAMP", timestamp), ("X-SIGNATURE", signature),
            ("CHANNEL-ID", "95051"), ("Content-Type", "application/json"),
        ]
    }
}

/// Signs callbacks.
///
/// Builds the string to sign by itself, from ASPI's text, so that it can disagree with the product.
package struct CallbackSigner: Sendable {
    package var key: RSAPrivateKey
    package var path: String
    package var partnerID: String

    package init(
        key: RSAPrivateKey,
        path: String = "/v1.0/debit/notify",
        partnerID: String = "CID1234567890"
    ) {
        self.key = key
        self.path = path
        self.partnerID = partnerID
    }

    /// The X-SIGNATURE for a body; `signedBody` is what is hashed when that is another form of it.
    package func signature(timestamp: String, signedBody: [UInt8]) throws -> String {
        let digest = try sha256(signedBody.span).hex
        let text = "POST:\(path):\(digest):\(timestamp)"
        let signature = try key.sign(Array(text.utf8).span)
        return String(decoding: Base64.encode(signature.span), as: UTF8.self)
    }

    /// A whole callback.
    package func callback(
        body: [UInt8],
        externalID: String = "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        timestamp: String = "2026-11-22T10:00:00+07:00"
    ) throws -> SignedCallback {
        SignedCallback(
            partnerID: partnerID,
            externalID: externalID,
            timestamp: timestamp,
            signature: try signature(timestamp: timestamp, signedBody: body),
            body: body
        )
    }
}
