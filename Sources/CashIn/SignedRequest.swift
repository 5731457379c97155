import Crypto
import HTTPClient
import Snap

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
        let text = StringToSign.bytes(
            path: settings.signaturePathPrefix + endpoint.path,
            body: body.span,
            timestamp: timestamp,
            hasher: try SHA256()
        )
        let signature = try settings.privateKey.sign(text.span)
        let fields = [
            (name: "X-TIMESTAMP", value: timestamp),
            (name: "X-PARTNER-ID", value: settings.clientID),
            (name: "X-EXTERNAL-ID", value: externalID),
            (
                name: "X-SIGNATURE",
                value: String(decoding: Base64.encode(signature.span), as: UTF8.self)
            ),
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
            stringToSign: text,
            startedMilliseconds: milliseconds,
            finishedMilliseconds: milliseconds
        )
    }
}
