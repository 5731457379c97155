import HTTPCore
import HTTPServer
import Ledger
import Logging
import Payments

extension LogLine {
    /// Adds the number of a request, and the ID that a proxy gave it.
    mutating func addRequest(_ number: UInt64?, _ head: RequestHead) {
        if let number { add("request", number) }
        if let requestID = head.requestID { add("requestId", bytes: requestID) }
    }

    /// Adds the references of an authentic callback as they were received, by which the lines about
    /// a payment are found.
    mutating func addReferences(of content: CallbackContent) {
        if let pair = content.fact?.pair {
            add("originalPartnerReferenceNo", pair.originalPartnerReferenceNo.text)
            add("originalReferenceNo", pair.originalReferenceNo.text)
        } else if !content.references.isEmpty {
            add("references", content.references.map(\.text).joined(separator: " "))
        }
    }
}
