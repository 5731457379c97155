package import HTTPCore

/// The error of a request to the internal API, as RFC 9457 problem details.
package struct Problem: Error, Equatable {
    /// The problem types: a closed list. Article Routes lists them with their statuses.
    package enum Kind: String, CaseIterable, Sendable {
        case malformedRequest = "malformed-request"
        case unknownParameter = "unknown-parameter"
        case invalidParameter = "invalid-parameter"
        case malformedBody = "malformed-body"
        case invalidReport = "invalid-report"
        case unknownMember = "unknown-member"
        case invalidMember = "invalid-member"
        case unauthorized
        case forbidden
        case notFound = "not-found"
        case transactionNotFound = "transaction-not-found"
        case callbackNotFound = "callback-not-found"
        case consumerNotFound = "consumer-not-found"
        case methodNotAllowed = "method-not-allowed"
        case requestTimeout = "request-timeout"
        case feedChanged = "feed-changed"
        case positionAhead = "position-ahead"
        case attentionNotFound = "attention-not-found"
        case alreadyResolved = "already-resolved"
        case notAllowed = "not-allowed"
        case severalFacts = "several-facts"
        case positionConflict = "position-conflict"
        case positionExpired = "position-expired"
        case bodyErased = "body-erased"
        case pruneRunning = "prune-running"
        case tooManyConsumers = "too-many-consumers"
        case referenceInUse = "reference-in-use"
        case qrLost = "qr-lost"
        case qrNotFound = "qr-not-found"
        case qrEncoderMissing = "qr-encoder-missing"
        case tooLarge = "too-large"
        case overloaded
        case diskLow = "disk-low"
        case storeUnavailable = "store-unavailable"
        case internalError = "internal-error"
        case receiveOnly = "receive-only"
        case gatewayRefused = "gateway-refused"
        case gatewayError = "gateway-error"
        case qrRefused = "qr-refused"
        case gatewayUnreachable = "gateway-unreachable"
        case gatewayTimeout = "gateway-timeout"
    }

    package let kind: Kind
    /// The explanation of this occurrence, for people.
    package let detail: String

    /// The parameter, header or member that is wrong.
    package var field: String?

    /// The status of a request that the HTTP server refused, if it differs from that of the kind.
    package var statusOverride: Status?

    /// For `method-not-allowed`: the supported methods.
    package var allow: String?

    /// The gateway's response code, if a gateway call failed with one.
    package var responseCode: String?

    /// The gateway's response message, if a gateway call failed with one.
    package var responseMessage: String?

    /// For `position-expired`: the oldest sequence number in the feed.
    package var oldest: Int64?

    /// The offset of a consumer that was not moved.
    var current: Int64?

    package init(_ kind: Kind, _ detail: String, field: String? = nil, current: Int64? = nil) {
        self.kind = kind
        self.detail = detail
        self.field = field
        self.current = current
    }

    /// The HTTP status of the response.
    var status: Status { statusOverride ?? kind.status }
}

extension Problem.Kind {
    /// The member `type`.
    package var urn: String { "urn:cashin-receiver:problem:\(rawValue)" }

    /// The HTTP status.
    package var status: Status {
        switch self {
        case .malformedRequest, .unknownParameter, .invalidParameter: .badRequest
        case .malformedBody, .unknownMember, .invalidMember, .invalidReport: .badRequest
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .notFound, .transactionNotFound, .callbackNotFound: .notFound
        case .consumerNotFound, .attentionNotFound, .qrNotFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .requestTimeout: .requestTimeout
        case .feedChanged, .positionAhead, .positionConflict, .tooManyConsumers: .conflict
        case .referenceInUse, .qrLost, .alreadyResolved, .notAllowed: .conflict
        case .severalFacts, .pruneRunning: .conflict
        case .positionExpired, .bodyErased: .gone
        case .tooLarge: .contentTooLarge
        case .overloaded, .storeUnavailable, .diskLow: .serviceUnavailable
        case .gatewayUnreachable: .serviceUnavailable
        case .internalError: .internalServerError
        case .receiveOnly, .qrEncoderMissing: .notImplemented
        case .gatewayRefused, .gatewayError, .qrRefused: .badGateway
        case .gatewayTimeout: .gatewayTimeout
        }
    }

    /// The member `title`, which is the same for all problems of the kind.
    package var title: String {
        switch self {
        case .malformedRequest: "The request is not valid HTTP"
        case .unknownParameter: "The request has an unknown parameter"
        case .invalidParameter: "A parameter has an invalid value"
        case .malformedBody: "The body cannot be read"
        case .invalidReport: "The report cannot be read, or can be read in two ways"
        case .unknownMember: "The body has an unknown member"
        case .invalidMember: "A member of the body is missing or has an invalid value"
        case .unauthorized: "A valid bearer token is required"
        case .forbidden: "The token does not have this permission"
        case .notFound: "No route has this path"
        case .transactionNotFound: "No transaction has this reference"
        case .callbackNotFound: "No callback has this id"
        case .consumerNotFound: "No consumer has this name"
        case .methodNotAllowed: "The route does not support this method"
        case .requestTimeout: "The request did not arrive in time"
        case .feedChanged: "The offset belongs to another feed"
        case .positionAhead: "The offset is beyond the head of the feed"
        case .positionConflict: "The consumer's offset conflicts with the request"
        case .positionExpired: "The offset is before the oldest transition in the feed"
        case .bodyErased: "The head and body of the callback were erased"
        case .pruneRunning: "Another prune is running"
        case .tooManyConsumers: "The maximum number of consumers is reached"
        case .tooLarge: "The request exceeds a size limit"
        case .overloaded: "Too many requests are in flight"
        case .diskLow: "The disk has too little free space"
        case .storeUnavailable: "The database cannot be read or written"
        case .internalError: "The request failed with an internal error"
        case .attentionNotFound: "No attention entry has this id"
        case .alreadyResolved: "The attention entry is already resolved"
        case .notAllowed: "The payment cannot change to this status"
        case .severalFacts: "The entry has several facts"
        case .referenceInUse: "The reference belongs to another payment"
        case .qrLost: "The gateway has the payment, but its QR code was not received"
        case .qrNotFound: "The payment has no QR code"
        case .qrEncoderMissing: "The library that draws QR codes is not installed"
        case .receiveOnly: "Gateway calls are not configured"
        case .gatewayRefused: "The gateway rejected the request"
        case .gatewayError: "The gateway failed, or its response cannot be read"
        case .qrRefused: "The QR payload from the gateway failed validation"
        case .gatewayUnreachable: "The gateway cannot be reached"
        case .gatewayTimeout: "The gateway did not respond in time"
        }
    }

    /// The member `retryable`: whether the same request may succeed later.
    var isRetryable: Bool {
        switch self {
        case .requestTimeout, .overloaded, .storeUnavailable, .internalError, .diskLow: true
        case .gatewayError, .gatewayUnreachable, .gatewayTimeout: true
        default: false
        }
    }
}

extension Problem {
    /// The problem of a request whose client has disconnected; no one receives it.
    package static let disconnected = Problem(.overloaded, "The client has disconnected.")

    /// The members of the problem details.
    private struct Details: Encodable {
        let type: String
        let title: String
        let status: Int
        let detail: String
        let retryable: Bool
        let field: String?
        let responseCode: String?
        let responseMessage: String?
        let oldest: Int64?
        let current: Int64?
    }

    /// The response with the problem details, and the headers that its status requires.
    package var response: Response {
        let details = Details(
            type: kind.urn,
            title: kind.title,
            status: status.code,
            detail: detail,
            retryable: kind.isRetryable,
            field: field,
            responseCode: responseCode,
            responseMessage: responseMessage,
            oldest: oldest,
            current: current
        )
        var response = Response(status, body: JSON.encode(details))
        response.add("Content-Type", "application/problem+json")
        response.add("Cache-Control", "no-store")
        if let allow { response.add("Allow", allow) }
        switch kind {
        case .unauthorized: response.add("WWW-Authenticate", "Bearer realm=\"cashin-receiver\"")
        case .overloaded: response.add("Retry-After", "1")
        default: break
        }
        return response
    }
}
