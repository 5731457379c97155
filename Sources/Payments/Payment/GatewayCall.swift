/// One gateway call, byte for byte: the evidence in a dispute with the gateway.
///
/// A row: one property for each column.
package struct GatewayCall: Equatable, Sendable {
    /// SNAP BI's service code: 47 generate, 51 query (article Protocol).
    package let service: Int

    /// The merchant's number in the request.
    package let partnerReferenceNo: String

    /// X-EXTERNAL-ID; empty when none could be generated.
    package var externalID: String

    /// X-TIMESTAMP.
    package let timestamp: String

    /// The path in the string to sign; empty, like ``signature``, when nothing was signed.
    package var signedPath: String

    /// X-SIGNATURE.
    package var signature: String

    /// The request line and header fields as sent; empty when nothing was sent.
    package var requestHead: [UInt8]
    package let requestBody: [UInt8]

    /// The HTTP status; nil, like head and body, when no response was received.
    package var responseStatus: Int?
    package var responseHead: [UInt8]?
    package var responseBody: [UInt8]?

    /// Why no response was received; nil when one was.
    package var error: String?

    /// Milliseconds since the epoch.
    package let startedMilliseconds: Int64

    /// Milliseconds since the epoch.
    package var finishedMilliseconds: Int64

    package init(
        service: Int,
        partnerReferenceNo: String,
        externalID: String,
        timestamp: String,
        signedPath: String,
        signature: String,
        requestHead: [UInt8],
        requestBody: [UInt8],
        responseStatus: Int?,
        responseHead: [UInt8]?,
        responseBody: [UInt8]?,
        error: String?,
        startedMilliseconds: Int64,
        finishedMilliseconds: Int64
    ) {
        self.service = service
        self.partnerReferenceNo = partnerReferenceNo
        self.externalID = externalID
        self.timestamp = timestamp
        self.signedPath = signedPath
        self.signature = signature
        self.requestHead = requestHead
        self.requestBody = requestBody
        self.responseStatus = responseStatus
        self.responseHead = responseHead
        self.responseBody = responseBody
        self.error = error
        self.startedMilliseconds = startedMilliseconds
        self.finishedMilliseconds = finishedMilliseconds
    }
}

extension GatewayCall {
    /// A call that begins: nothing is signed, sent or received yet.
    package init(
        service: Int,
        partnerReferenceNo: String,
        timestamp: String,
        requestBody: [UInt8],
        startedMilliseconds: Int64
    ) {
        self.init(
            service: service,
            partnerReferenceNo: partnerReferenceNo,
            externalID: "",
            timestamp: timestamp,
            signedPath: "",
            signature: "",
            requestHead: [],
            requestBody: requestBody,
            responseStatus: nil,
            responseHead: nil,
            responseBody: nil,
            error: nil,
            startedMilliseconds: startedMilliseconds,
            finishedMilliseconds: startedMilliseconds
        )
    }
}

/// Why a gateway call has no usable response.
///
/// One property for each fact that the journal, the log or a caller of the API is shown.
package struct GatewayFailure: Error, Equatable, Sendable {
    /// What is known about the call.
    package enum Kind: Equatable, Sendable {
        /// The gateway certainly did not receive it: no address, no connection, no TLS, or no
        /// signature.
        case notSent

        /// The gateway rejected the request.
        case refused

        /// No complete response arrived in time.
        case timeout

        /// Anything else: an error of the gateway, an unreadable response, or a broken connection.
        case failed
    }

    package let kind: Kind

    /// For operators: the step that failed, and the cause; contains no text from the gateway.
    package let detail: String

    /// The HTTP status; nil without a response.
    package let status: Int?

    /// `responseCode` and `responseMessage`; nil without a readable SNAP response.
    package let responseCode: String?
    package let responseMessage: String?

    /// The response that was not a SNAP response, for operators; nil if there is none.
    ///
    /// One line with Content-Type, Location and the first bytes of the body. It must not be logged.
    package let excerpt: String?

    /// Whether a reused connection failed; the same call, signed again, may succeed on a new one.
    package let isOfReusedConnection: Bool

    package init(
        _ kind: Kind,
        _ detail: String,
        status: Int? = nil,
        responseCode: String? = nil,
        responseMessage: String? = nil,
        excerpt: String? = nil,
        isOfReusedConnection: Bool = false
    ) {
        self.kind = kind
        self.detail = detail
        self.status = status
        self.responseCode = responseCode
        self.responseMessage = responseMessage
        self.excerpt = excerpt
        self.isOfReusedConnection = isOfReusedConnection
    }
}

extension GatewayFailure: CustomStringConvertible {
    /// The full text; text from the gateway occurs in it only as ``excerpt``.
    package var description: String { excerpt.map { "\(summary), \($0)" } ?? summary }

    /// The description without the ``excerpt``, for the log.
    package var summary: String {
        var text = detail
        if let status { text += ", HTTP status \(status)" }
        if let responseCode { text += ", responseCode \(responseCode)" }
        return text
    }
}
