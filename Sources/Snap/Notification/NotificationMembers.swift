package import Text

/// The positions of a callback's members among the tokens of its body.
struct NotificationMembers: Sendable {
    /// The known names. Aliases are spellings of the gateway's own page (article Gateway); no
    /// others are accepted.
    enum Name: Int, CaseIterable {
        case originalPartnerReferenceNo, originalReferenceNo, latestTransactionStatus
        case amount, createdTime, finishedTime
        case originalExternalId, orgiginalExternalId
        case transactionStatusDesc, latestTransactionStatusDesc
        case latestTransactionStatusDec, latestTransactionDesc
        case value, currency
    }

    /// The token of the value for each name. 0 means that there is none, because the outermost
    /// value is not a member.
    private var tokens: [14 of Int32] = .init(repeating: 0)

    private static let texts = Name.allCases.map { Array("\($0)".utf8) }

    /// The lengths of ``texts``: most names are told apart by them.
    private static let lengths = texts.map(\.count)

    /// Reads the members of `document`, whose root must be an object, and of its `amount`, in one
    /// pass.
    init(_ document: JSONDocument) {
        let names = Name.allCases.indices
        let value = Name.value.rawValue
        collect(names[..<value], in: 0, of: document)
        guard let amount = self[.amount], document.tokens[amount].kind == .object else { return }
        collect(names[value...], in: amount, of: document)
    }

    /// The index of the value's token; nil when the member is missing.
    subscript(name: Name) -> Int? {
        let token = tokens[name.rawValue]
        return token == 0 ? nil : Int(token)
    }

    private mutating func collect(
        _ names: Range<Int>,
        in object: Int,
        of document: JSONDocument
    ) {
        let end = Int(document.tokens[object].next)
        var index = object + 1
        while index < end {
            let match = document.withContent(of: index) { Self.index(of: $0, in: names) }
            if let match { tokens[match] = Int32(truncatingIfNeeded: index + 1) }
            index = Int(document.tokens[index + 1].next)
        }
    }

    private static func index(of text: Span<UInt8>, in names: Range<Int>) -> Int? {
        for index in names where lengths[index] == text.count {
            let name = texts[index]
            if text.isEqual(to: name.span) { return index }
        }
        return nil
    }
}

/// The members of a callback's body that a response can name, as spelled in `responseMessage`.
///
/// The order is that of the checks.
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

/// Why the body of an authentic callback is not a notification (article Checks, row 7, to
/// article Checks, row 9).
package enum NotificationError: Error, Equatable, Sendable {
    /// Not strict JSON; nil when it is JSON but not an object.
    case badRequest(JSONError?)

    /// A mandatory member is missing, null or blank.
    case invalidMandatoryField(NotificationField)

    /// A member is malformed.
    case invalidFieldFormat(NotificationField)

    /// The case of the response.
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
