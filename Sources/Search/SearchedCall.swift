package import Payments

/// A gateway call, as far as its explanation needs it.
package struct SearchedCall: Equatable, Sendable {
    package let id: Int64

    /// The SNAP service code: 47 generates, 51 queries.
    package let service: Int
    package let partnerReferenceNo: String

    /// When it ended, in milliseconds since the epoch.
    package let milliseconds: Int64

    /// What the gateway responded, or why there is no response.
    package var outcome: String
    package var amounts: [Amount] = []

    /// The bodies of request and response.
    package var bodies: [[UInt8]] = []

    package init(
        id: Int64,
        service: Int,
        partnerReferenceNo: String,
        milliseconds: Int64,
        outcome: String
    ) {
        self.id = id
        self.service = service
        self.partnerReferenceNo = partnerReferenceNo
        self.milliseconds = milliseconds
        self.outcome = outcome
    }
}

extension SearchedCall: SearchSubject {
    package var times: [Int64] { [milliseconds] }
    package var references: [String] { [partnerReferenceNo] }
}
