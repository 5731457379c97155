package import Text

/// Where the members of a callback's body stand among its tokens.
struct NotificationMembers: Sendable {
    /// The names that are known. Aliases are spellings seen in the gateway's own page
    /// (gateway.md section 5); the list is closed.
    enum Name: Int, CaseIterable {
        case originalPartnerReferenceNo, originalReferenceNo, latestTransactionStatus
        case amount, createdTime, finishedTime
        case originalExternalId, orgiginalExternalId
        case transactionStatusDesc, latestTransactionStatusDesc
        case latestTransactionStatusDec, latestTransactionDesc
        case value, currency
    }

    /// The value's token for each name. The outermost value is nobody's member, so 0 says: none.
    private var tokens: [14 of Int32] = .init(repeating: 0)

    private static let texts = Name.allCases.map { Array("\($0)".utf8) }

    /// Walks once over the members of `document`, which must be an object, and of its `amount`.
    init(_ document: JSONDocument) {
        let names = Name.value.rawValue
        collect(in: 0, of: document, Self.texts[..<names])
        guard let amount = self[.amount], document.tokens[amount].kind == .object else { return }
        collect(in: amount, of: document, Self.texts[names...])
    }

    /// The index of the value's token, or nil when there is no such member.
    subscript(name: Name) -> Int? {
        let token = tokens[name.rawValue]
        return token == 0 ? nil : Int(token)
    }

    private mutating func collect(
        in object: Int,
        of document: JSONDocument,
        _ texts: ArraySlice<[UInt8]>
    ) {
        let end = Int(document.tokens[object].next)
        var index = object + 1
        while index < end {
            let match = texts.firstIndex { document.isContent(of: index, equalTo: $0) }
            if let match { tokens[match] = Int32(truncatingIfNeeded: index + 1) }
            index = Int(document.tokens[index + 1].next)
        }
    }
}

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
