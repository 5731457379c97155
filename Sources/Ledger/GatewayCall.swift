/// One call of the gateway, byte for byte.
///
/// A row: a property for each column.
package struct GatewayCall: Equatable, Sendable {
    /// SNAP BI's number of the service: 47 generate, 51 query.
    package let service: Int

    /// The merchant's number that it was about.
    package let partnerReferenceNo: String

    /// X-EXTERNAL-ID; empty when none could be made.
    package let externalID: String

    /// X-TIMESTAMP.
    package let timestamp: String

    /// What stands in the string to sign between `POST:` and the hash of the body; empty, like
    /// ``signature``, when nothing was signed.
    package let signedPath: String

    /// X-SIGNATURE.
    package let signature: String

    /// The request line and the header as sent; empty when there was nothing to send.
    package let requestHead: [UInt8]
    package let requestBody: [UInt8]

    /// Nil, like the two below, when no response came.
    package let responseStatus: Int?
    package let responseHead: [UInt8]?
    package let responseBody: [UInt8]?

    /// Why no response came; nil when one did.
    package let error: String?

    /// Milliseconds since the epoch.
    package let startedMilliseconds: Int64

    /// Milliseconds since the epoch.
    package let finishedMilliseconds: Int64

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
