package import Text

/// The members of a callback's body that answers can name, as `responseMessage` spells them.
///
/// In the order in which they are checked.
package enum NotificationField: String, CaseIterable, Sendable {
    case originalPartnerReferenceNo
    case originalReferenceNo
    case latestTransactionStatus
    case amount
    case amountValue = "amount.value"
    case amountCurrency = "amount.currency"
    case createdTime
    case finishedTime
    case originalExternalID = "originalExternalId"
    case transactionStatusDesc
}

/// Why an authentic callback's body is not a notification (contract section 4, rows 7 to 9).
package enum NotificationError: Error, Equatable, Sendable {
    /// Not strict JSON; nil when it is JSON, but not an object.
    case badRequest(JSONError?)

    /// A mandatory member is missing, null or blank.
    case invalidMandatoryField(NotificationField)

    /// A member is not what it has to be.
    case invalidFieldFormat(NotificationField)

    /// What the answer says.
    package var responseCase: ResponseCase {
        switch self {
        case .badRequest: .badRequest
        case .invalidMandatoryField(let field): .invalidMandatoryField(field.rawValue)
        case .invalidFieldFormat(let field): .invalidFieldFormat(field.rawValue)
        }
    }
}

extension NotificationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .badRequest(let error?): error.description
        case .badRequest(nil): "JSON, but not an object"
        case .invalidMandatoryField, .invalidFieldFormat: responseCase.message
        }
    }
}
