import Crypto
import HTTPClient
import Snap
import Text

/// A service of the gateway that we call.
enum Endpoint {
    case generate, query

    var service: ResponseCode.Service { self == .generate ? .generate : .query }

    /// "Relative path url for signature" of Cash In's page.
    var path: String {
        self == .generate ? "/api/v1.0/qr/qr-mpm-generate" : "/api/v1.0/qr/qr-mpm-query"
    }
}

/// A request with its header fields, signed over the very bytes that will be sent.
struct SignedRequest {
    private(set) var request: OutboundRequest

    /// What to keep of the call, its answer still missing.
    let exchange: OutboundExchange

    init(
        _ endpoint: Endpoint,
        body: [UInt8],
        _ settings: CashInSettings,
        needsFreshConnection: Bool = false,
        milliseconds: Int64
    ) throws(CryptoError) {
        let externalID = try ExternalID.unique(milliseconds: milliseconds).text
        let timestamp = JakartaTime.text(milliseconds: milliseconds)
        let target = settings.basePath + endpoint.path
        let signedPath = settings.signaturePathPrefix + endpoint.path
        let text = StringToSign.bytes(
            path: signedPath,
            body: body.span,
            timestamp: timestamp,
            hasher: try SHA256()
        )
        let signed = try settings.privateKey.sign(text.span)
        let signature = String(decoding: Base64.encode(signed.span), as: UTF8.self)
        let fields = [
            (name: "X-TIMESTAMP", value: timestamp),
            (name: "X-PARTNER-ID", value: settings.clientID),
            (name: "X-EXTERNAL-ID", value: externalID),
            (name: "X-SIGNATURE", value: signature),
            (name: "CHANNEL-ID", value: settings.channelID),
            (name: "Content-Type", value: "application/json"),
        ]
        request = OutboundRequest(
            method: "POST",
            target: target,
            fields: fields,
            body: body,
            // A generate that came twice would be two, and any X-EXTERNAL-ID serves once.
            isRepeatable: false
        )
        request.needsFreshConnection = needsFreshConnection
        exchange = OutboundExchange(
            externalID: externalID,
            timestamp: timestamp,
            requestTarget: target,
            requestBody: body,
            signedPath: signedPath,
            signature: signature,
            startedMilliseconds: milliseconds,
            finishedMilliseconds: milliseconds
        )
    }
}
