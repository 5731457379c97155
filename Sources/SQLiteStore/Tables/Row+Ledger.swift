import Ledger
package import Payments
import SQLite

/// The columns that several tables share, read and bound in one place.
extension Row {
    /// A fact in four columns from `column` on: both references, status, amount.
    func fact(from column: Int32) -> Fact? {
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

    /// An amount in sen, or nil when the column is NULL.
    package func amount(_ column: Int32) -> Amount? {
        optionalInteger(column).flatMap { Amount(sen: $0) }
    }

    /// A SNAP status code, or nil when the column is NULL.
    func latestStatus(_ column: Int32) -> LatestTransactionStatus? {
        optionalInteger(column).flatMap {
            LatestTransactionStatus(rawValue: UInt8(clamping: $0))
        }
    }

    /// A payment's status, or nil when the column is NULL.
    package func status(_ column: Int32) -> TransactionStatus? {
        optionalInteger(column).flatMap { TransactionStatus(rawValue: UInt8(clamping: $0)) }
    }

    /// What made a transition, or nil when the column is NULL.
    func source(_ column: Int32) -> TransitionSource? {
        optionalInteger(column).flatMap { TransitionSource(rawValue: UInt8(clamping: $0)) }
    }

    /// A time in two columns from `column` on: the words, and the instant.
    func gatewayTime(from column: Int32) -> GatewayTime? {
        optionalText(column).map {
            GatewayTime(text: $0, milliseconds: optionalInteger(column + 1))
        }
    }
}

extension Binder {
    /// Binds the four columns of a fact.
    mutating func fact(_ fact: Fact?) {
        text(fact?.pair.originalPartnerReferenceNo.text)
        text(fact?.pair.originalReferenceNo.text)
        integer(fact.map { Int64($0.status.rawValue) })
        integer(fact?.amount?.sen)
    }

    /// Binds the two columns of a time.
    mutating func time(_ time: GatewayTime?) {
        text(time?.text)
        integer(time?.milliseconds)
    }

    /// Binds numbers as a JSON list, for `json_each`.
    mutating func list(_ numbers: some Sequence<Int64>) {
        var list = "["
        for number in numbers {
            if list.utf8.count > 1 { list += "," }
            list += String(number)
        }
        text(list + "]")
    }
}
