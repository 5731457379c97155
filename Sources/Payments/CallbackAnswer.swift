/// The kind of response that a callback gets.
///
/// The ledger decides the kind; the notify handler derives code and message (article Checks).
package enum CallbackAnswer: UInt8, CaseIterable, Sendable {
    /// 2005600.
    case successful = 0
    /// 4015600: outside the timestamp tolerance, or not addressed to this merchant.
    case unauthorized = 1
    /// 4095600: the X-EXTERNAL-ID belongs to another fact.
    case conflict = 2
    /// 4045601: no such transaction.
    case transactionNotFound = 3
    /// 4045613: another amount than expected.
    case invalidAmount = 4
    /// A header or member is missing or malformed; the defect of the callback's content has the
    /// code: 4005600, 4005601, 4005602 or 4155600.
    case invalid = 5
}
