import Ledger
package import Payments

/// Columns that several tables have in common, read and bound in one place.
///
/// A value that the program does not know, such as a number outside of an enumeration, is read as
/// nil.
extension SQLRow {
    /// A fact in four columns from `column` on: both references, status, amount. Nil without
    /// references or status.
    package func fact(from column: Int32) -> Fact? {
        guard let partner = Reference(text(column)), let reference = Reference(text(column + 1)),
            let status = latestStatus(column + 2)
        else { return nil }
        return Fact(
            pair: ReferencePair(
                originalPartnerReferenceNo: partner,
                originalReferenceNo: reference
            ),
            status: status,
            amount: amount(column + 3)
        )
    }

    /// An amount in sen; nil when the column is NULL.
    package func amount(_ column: Int32) -> Amount? {
        optionalInteger(column).flatMap { Amount(sen: $0) }
    }

    /// A SNAP status code; nil when the column is NULL.
    package func latestStatus(_ column: Int32) -> LatestTransactionStatus? {
        optionalInteger(column).flatMap {
            LatestTransactionStatus(rawValue: UInt8(clamping: $0))
        }
    }

    /// A payment's status; nil when the column is NULL.
    package func status(_ column: Int32) -> TransactionStatus? {
        optionalInteger(column).flatMap { TransactionStatus(rawValue: UInt8(clamping: $0)) }
    }

    /// The source of a transition; nil when the column is NULL.
    package func source(_ column: Int32) -> TransitionSource? {
        optionalInteger(column).flatMap { TransitionSource(rawValue: UInt8(clamping: $0)) }
    }

    /// A time in two columns from `column` on: its text and its instant in milliseconds since the
    /// epoch, NULL when the text cannot be read.
    package func gatewayTime(from column: Int32) -> GatewayTime? {
        optionalText(column).map {
            GatewayTime(text: $0, milliseconds: optionalInteger(column + 1))
        }
    }
}

extension SQLBinder {
    /// Binds the four columns of a fact; NULLs for nil.
    func fact(_ fact: Fact?) {
        text(fact?.pair.originalPartnerReferenceNo.text)
        text(fact?.pair.originalReferenceNo.text)
        integer(fact.map { Int64($0.status.rawValue) })
        integer(fact?.amount?.sen)
    }

    /// Binds the two columns of a time; NULLs for nil.
    func time(_ time: GatewayTime?) {
        text(time?.text)
        integer(time?.milliseconds)
    }
}
