package import Payments

/// A payment, as far as its explanation needs it.
package struct SearchedPayment: Equatable, Sendable {
    /// A change of its status.
    package struct Step: Equatable, Sendable {
        package let from: TransactionStatus?
        package let to: TransactionStatus
        package let source: TransitionSource

        /// When it was recorded, in milliseconds since the epoch.
        package let milliseconds: Int64

        package init(
            from: TransactionStatus?,
            to: TransactionStatus,
            source: TransitionSource,
            milliseconds: Int64
        ) {
            self.from = from
            self.to = to
            self.source = source
            self.milliseconds = milliseconds
        }
    }

    package let partnerReferenceNo: String
    package var referenceNo: String?
    package var status: TransactionStatus
    package var amount: Amount?
    package var paidAmount: Amount?
    package var refundedAmount: Amount?

    /// Milliseconds since the epoch.
    package var createdMilliseconds: Int64

    /// Milliseconds since the epoch.
    package var updatedMilliseconds: Int64

    /// When the payment was made, as the gateway reports it, in milliseconds since the epoch.
    package var paidMilliseconds: Int64?

    /// The end of the validity of its code, in milliseconds since the epoch; nil if no code was
    /// generated here.
    package var expiresMilliseconds: Int64?

    /// The last error of generating it.
    package var lastError: String?

    /// How many callbacks are stored about it.
    package var callbackCount: Int64 = 0
    package var lastQuery: LastQuery?

    /// The kinds of its open attention entries.
    package var attention: [String] = []

    /// Its changes, oldest first.
    package var steps: [Step] = []

    package init(
        partnerReferenceNo: String,
        status: TransactionStatus,
        createdMilliseconds: Int64
    ) {
        self.partnerReferenceNo = partnerReferenceNo
        self.status = status
        self.createdMilliseconds = createdMilliseconds
        updatedMilliseconds = createdMilliseconds
    }

    /// Whether one of these entries is open.
    func hasOpen(_ kinds: AttentionKind...) -> Bool {
        kinds.contains { attention.contains($0.rawValue) }
    }

    /// The newest change to a status.
    func step(to status: TransactionStatus) -> Step? { steps.last { $0.to == status } }
}

extension SearchedPayment: SearchSubject {
    package var amounts: [Amount] { [amount, paidAmount, refundedAmount].compactMap(\.self) }

    package var times: [Int64] {
        [createdMilliseconds, updatedMilliseconds] + [paidMilliseconds].compactMap(\.self)
            + steps.map(\.milliseconds)
    }

    package var references: [String] { [partnerReferenceNo, referenceNo].compactMap(\.self) }
    package var bodies: [[UInt8]] { [] }
}
