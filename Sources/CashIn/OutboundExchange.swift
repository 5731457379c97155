/// One call of the gateway, byte for byte, for the journal.
package struct OutboundExchange: Sendable {
    /// X-EXTERNAL-ID; empty when none could be made.
    package let externalID: String

    /// X-TIMESTAMP.
    package let timestamp: String

    /// The path that was requested.
    package let requestTarget: String

    /// The request line and the header as sent; empty when there was nothing to send.
    package var requestHead: [UInt8] = []

    /// What was signed and sent.
    package let requestBody: [UInt8]

    /// What stands in the string to sign between `POST:` and the hash of the body; empty, like
    /// ``signature``, when nothing was signed.
    package var signedPath = ""

    /// X-SIGNATURE.
    package var signature = ""

    /// Nil when no answer came.
    package var responseStatus: Int?

    /// The answer's status line and header, as received; nil when no answer came.
    package var responseHead: [UInt8]?

    /// The answer's body; nil when no answer came.
    package var responseBody: [UInt8]?

    /// Why no answer came; nil when one did.
    package var error: String?

    /// When the call began and ended, in milliseconds since 1970.
    package let startedMilliseconds: Int64
    package var finishedMilliseconds: Int64
}
