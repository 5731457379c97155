/// The record of one gateway call, byte for byte, for the journal.
package struct OutboundExchange: Sendable {
    /// X-EXTERNAL-ID; empty if the request could not be signed.
    package let externalID: String

    /// X-TIMESTAMP.
    package let timestamp: String

    /// The request target.
    package let requestTarget: String

    /// The request line and the header fields as sent; empty if nothing was sent.
    package var requestHead: [UInt8] = []

    /// The body that was signed and sent.
    package let requestBody: [UInt8]

    /// The path in the string to sign; empty, like ``signature``, if nothing was signed.
    package var signedPath = ""

    /// X-SIGNATURE.
    package var signature = ""

    /// The HTTP status; nil without a response.
    package var responseStatus: Int?

    /// The status line and the header fields as received; nil without a response.
    package var responseHead: [UInt8]?

    /// The response body; nil without a response.
    package var responseBody: [UInt8]?

    /// Why there is no response; nil if there is one.
    package var error: String?

    /// Start and end of the call, in milliseconds since 1970.
    package let startedMilliseconds: Int64
    package var finishedMilliseconds: Int64
}
