import Crypto
import HTTPCore
import Ledger
import Notify
import Payments
import Snap
package import Store
import Text

/// The JSON of a stored callback.
package struct CallbackRepresentation: Encodable {
    /// The candidate for which the signature verified.
    struct Match: Encodable {
        let path: String
        let body: String
        let keyFingerprint: String
    }

    /// The deliveries of the same signed string.
    struct Deliveries: Encodable {
        let count: Int64
        let firstAt: String
        let lastAt: String
    }

    /// What is left of an erased head and body.
    struct Erased: Encodable {
        let bodySha256: String
        let signedBodySha256: String
        let signature: String

        init(_ erased: ErasedCallback) {
            bodySha256 = Hex.text(erased.bodyDigest.span)
            signedBodySha256 = Hex.text(erased.signedBodyDigest.span)
            signature = String(decoding: erased.signature, as: UTF8.self)
        }
    }

    /// One header field as received.
    struct Header: Encodable {
        let name: String
        let value: String
    }

    let id: Int64
    let receivedAt: String
    let outcome: String
    let responseCode: String
    let responseMessage: String
    @Nullable package var externalId: String?
    @Nullable var partnerReferenceNo: String?
    @Nullable var originalPartnerReferenceNo: String?
    @Nullable var originalReferenceNo: String?
    @Nullable var latestTransactionStatus: String?
    @Nullable var amount: MoneyRepresentation?
    @Nullable var sequence: Int64?
    @Nullable var match: Match?
    let deliveries: Deliveries
    let client: String
    @Nullable var requestLine: String?
    @Nullable var headers: [Header]?

    /// The body if it is UTF-8, else ``bodyBase64``; both are nil if it was erased.
    let body: String?
    let bodyBase64: String?
    @Nullable var erased: Erased?

    package init(_ record: CallbackRecord) {
        id = record.id
        receivedAt = JakartaTime.textWithFraction(milliseconds: record.receivedMilliseconds)
        outcome = record.outcome.word
        (responseCode, responseMessage) = Self.response(record)
        externalId = record.externalID
        partnerReferenceNo = record.partnerReferenceNo
        originalPartnerReferenceNo = record.fact?.pair.originalPartnerReferenceNo.text
        originalReferenceNo = record.fact?.pair.originalReferenceNo.text
        latestTransactionStatus = record.fact?.status.code
        amount = record.fact?.amount.map { MoneyRepresentation($0) }
        sequence = record.sequence
        match = record.verification.map {
            Match(path: $0.path, body: $0.bodyForm, keyFingerprint: $0.keyFingerprint)
        }
        deliveries = Deliveries(
            count: record.deliveries,
            firstAt: receivedAt,
            lastAt: JakartaTime.textWithFraction(milliseconds: record.lastReceivedMilliseconds)
        )
        client = record.client
        erased = record.erased.map { Erased($0) }
        guard record.erased == nil else {
            (requestLine, headers, body, bodyBase64) = (nil, nil, nil, nil)
            return
        }
        (requestLine, headers) = Self.head(record.head)
        body = String(validating: record.body, as: UTF8.self)
        bodyBase64 =
            body == nil
            ? String(decoding: Base64.encode(record.body.span), as: UTF8.self) : nil
    }

    /// The code and message of the response to the callback.
    ///
    /// If the response states the problem of the callback, they are those of the stored problem.
    package static func response(_ record: CallbackRecord) -> (code: String, message: String) {
        let response = record.response.map { NotifyResponses.snapResponse($0, problem: nil) }
        let isAboutProblem =
            switch record.response {
            case .invalid, nil: true
            case .unauthorized: record.outcome == .refused
            default: false
            }
        if isAboutProblem, let code = record.problemCode, let message = record.problem {
            return (code, message)
        }
        return (response?.codeText ?? "", response?.message ?? "")
    }

    /// Splits a stored head into its request line and its header fields.
    private static func head(_ bytes: [UInt8]) -> (String, [Header]) {
        let lines = String(decoding: bytes, as: UTF8.self)
            .split(separator: "\r\n", omittingEmptySubsequences: true)
        let headers = lines.dropFirst().map { line in
            let name = line.prefix { $0 != ":" }
            let value = line.dropFirst(name.count + 1)
            return Header(
                name: String(name),
                value: String(value.trimmingPrefix { $0 == " " || $0 == "\t" })
            )
        }
        return (lines.first.map { String($0) } ?? "", headers)
    }
}
