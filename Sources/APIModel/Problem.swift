package import HTTPCore

/// What went wrong with an internal request, as RFC 9457 problem details (contract section 5).
package struct Problem: Error, Equatable {
    /// The closed list of problem types; each stands in the README with its status.
    package enum Kind: String, CaseIterable, Sendable {
        case malformedRequest = "malformed-request"
        case unknownParameter = "unknown-parameter"
        case invalidParameter = "invalid-parameter"
        case malformedBody = "malformed-body"
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
    package let detail: String

    /// The query parameter or member to blame.
    package var field: String?

    /// The status, where the HTTP server chose a finer one than the kind's.
    package var statusOverride: Status?

    /// For `method-not-allowed`: what is.
    package var allow: String?

    /// The gateway's own code and words, where a call of it failed.
    package var responseCode: String?
    package var responseMessage: String?

    /// For `position-expired`: the oldest sequence number that is kept.
    package var oldest: Int64?

    /// For a consumer that was not moved: its position.
    var current: Int64?

    package init(_ kind: Kind, _ detail: String, field: String? = nil, current: Int64? = nil) {
        self.kind = kind
        self.detail = detail
        self.field = field
        self.current = current
    }

    /// The HTTP status.
    var status: Status { statusOverride ?? kind.status }
}

extension Problem.Kind {
    /// The `type` member.
    var urn: String { "urn:cashin-receiver:problem:\(rawValue)" }

    var status: Status {
        switch self {
        case .malformedRequest, .unknownParameter, .invalidParameter: .badRequest
        case .malformedBody, .unknownMember, .invalidMember: .badRequest
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .notFound, .transactionNotFound, .callbackNotFound: .notFound
        case .consumerNotFound, .attentionNotFound: .notFound
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
        case .receiveOnly: .notImplemented
        case .gatewayRefused, .gatewayError, .qrRefused: .badGateway
        case .gatewayTimeout: .gatewayTimeout
        }
    }

    /// The `title` member: the same for every problem of the kind.
    var title: String {
        switch self {
        case .malformedRequest: "The request is not valid HTTP"
        case .unknownParameter: "The request has a parameter that this route does not know"
        case .invalidParameter: "A parameter has a value that it cannot have"
        case .malformedBody: "The body is not a JSON object"
        case .unknownMember: "The body has a member that this route does not know"
        case .invalidMember: "A member of the body is missing or has a value that it cannot have"
        case .unauthorized: "A bearer token is required"
        case .forbidden: "The token does not give the right to this"
        case .notFound: "There is no such route"
        case .transactionNotFound: "No transaction has this reference"
        case .callbackNotFound: "No callback has this number"
        case .consumerNotFound: "No consumer has this name"
        case .methodNotAllowed: "The route does not support this method"
        case .requestTimeout: "The request did not arrive in time"
        case .feedChanged: "The feed is another one than the position belongs to"
        case .positionAhead: "The position is beyond the head of the feed"
        case .positionConflict: "The consumer's position is another one than expected"
        case .positionExpired: "The position is before the oldest transition that is kept"
        case .bodyErased: "The head and the body of the callback were erased"
        case .pruneRunning: "Another order to erase is being carried out"
        case .tooManyConsumers: "There are as many consumers as there may be"
        case .tooLarge: "The request is larger than allowed"
        case .overloaded: "Too many requests are being served"
        case .diskLow: "The disk has too little room left"
        case .storeUnavailable: "The database cannot be read or written"
        case .internalError: "The request could not be served"
        case .attentionNotFound: "No attention entry has this number"
        case .alreadyResolved: "The attention entry is resolved already"
        case .notAllowed: "The payment cannot take this status"
        case .severalFacts: "The entry names several facts"
        case .referenceInUse: "The reference belongs to another payment"
        case .qrLost: "The gateway has the payment, but its QR code is lost"
        case .receiveOnly: "Outbound calls are not configured"
        case .gatewayRefused: "The gateway refused the request"
        case .gatewayError: "The gateway failed, or its answer cannot be read"
        case .qrRefused: "The gateway sent a QR code that must not be shown"
        case .gatewayUnreachable: "The gateway cannot be reached"
        case .gatewayTimeout: "The gateway did not answer in time"
        }
    }

    /// Whether the same request may succeed later.
    var isRetryable: Bool {
        switch self {
        case .requestTimeout, .overloaded, .storeUnavailable, .internalError, .diskLow: true
        case .gatewayError, .gatewayUnreachable, .gatewayTimeout: true
        default: false
        }
    }
}

extension Problem {
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

    /// The problem as a response.
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
