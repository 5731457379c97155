import Crypto
import HTTPClient
import Snap
import Text

/// A service of the gateway.
enum Endpoint {
    case generate, query

    var service: ResponseCode.Service { self == .generate ? .generate : .query }

    /// The "Relative path url for signature" of the gateway's documentation.
    var path: String {
        self == .generate ? "/api/v1.0/qr/qr-mpm-generate" : "/api/v1.0/qr/qr-mpm-query"
    }
}

/// A request with its header fields, signed over exactly the bytes that are sent.
struct SignedRequest {
    private(set) var request: OutboundRequest
    let externalID: String

    /// The path in the string to sign.
    let signedPath: String
    let signature: String

    /// - Parameter timestamp: X-TIMESTAMP, of `milliseconds` since 1970.
    init(
        _ endpoint: Endpoint,
        body: [UInt8],
        _ settings: CashInSettings,
        needsFreshConnection: Bool,
        timestamp: String,
        milliseconds: Int64
    ) throws(CryptoError) {
        externalID = try ExternalID.unique(milliseconds: milliseconds).text
        signedPath = settings.signaturePathPrefix + endpoint.path
        let text = StringToSign.bytes(
            path: signedPath,
            body: body.span,
            timestamp: timestamp,
            hasher: try SHA256()
        )
        let signed = try settings.privateKey.sign(text.span)
        signature = String(decoding: Base64.encode(signed.span), as: UTF8.self)
        request = OutboundRequest(
            method: "POST",
            target: settings.basePath + endpoint.path,
            fields: [
                (name: "X-TIMESTAMP", value: timestamp),
                (name: "X-PARTNER-ID", value: settings.clientID),
                (name: "X-EXTERNAL-ID", value: externalID),
                (name: "X-SIGNATURE", value: signature),
                (name: "CHANNEL-ID", value: settings.channelID),
                (name: "Content-Type", value: "application/json"),
            ],
            body: body,
            // A second delivery of a generate could create a second payment, and an X-EXTERNAL-ID
            // may be used once only.
            isRepeatable: false
        )
        request.needsFreshConnection = needsFreshConnection
    }
}
