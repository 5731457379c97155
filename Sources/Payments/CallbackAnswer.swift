/// The response that a callback gets; the protocol's codes for it are made elsewhere.
package enum CallbackAnswer: UInt8, CaseIterable, Sendable {
    /// 2005600.
    case successful = 0
    /// 4015600: outside the timestamp tolerance, or not accepted as the gateway's word.
    case unauthorized = 1
    /// 4095600: the X-EXTERNAL-ID belongs to another fact.
    case conflict = 2
    /// 4045601: no such transaction.
    case transactionNotFound = 3
    /// 4045613: another amount than expected.
    case invalidAmount = 4
    /// A header or member is missing or malformed; the receiver of the callback knows which.
    case invalid = 5
}
