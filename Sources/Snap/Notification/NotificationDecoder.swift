import Payments
import Text

/// Decodes one body by article Checks, row 8, and article Checks, row 9.
struct NotificationDecoder {
    let members: NotificationMembers
    private let document: JSONDocument

    typealias Name = NotificationMembers.Name

    /// The names of one value; the spelling of the gateway's page comes first.
    static let externalIDNames: [Name] = [.originalExternalId, .orgiginalExternalId]
    static let descriptionNames: [Name] = [
        .transactionStatusDesc, .latestTransactionStatusDesc,
        .latestTransactionStatusDec, .latestTransactionDesc,
    ]

    /// - Parameter document: its root must be an object.
    init(_ document: JSONDocument) {
        self.document = document
        members = NotificationMembers(document)
    }

    /// Checks that no mandatory member is missing, null or blank (article Checks, row 8).
    func requireMandatoryMembers() throws(NotificationError) {
        try require(.originalPartnerReferenceNo, .originalPartnerReferenceNo)
        try require(.originalReferenceNo, .originalReferenceNo)
        try require(.latestTransactionStatus, .latestTransactionStatus)
        try require(.amount, .amount)
        // An amount that is not an object lacks no members: it is malformed.
        if kind(.amount) == .object {
            try require(.value, .amountValue)
            try require(.currency, .amountCurrency)
        }
        try require(.createdTime, .createdTime)
        try require(.finishedTime, .finishedTime)
    }

    /// Checks the members of the fact (article Checks, row 9), and reads the amount. Call it after
    /// ``requireMandatoryMembers()``.
    func fact() throws(NotificationError) -> (Fact, ReportedAmount) {
        guard let partnerReference = reference(.originalPartnerReferenceNo)
        else { throw .invalidFieldFormat(.originalPartnerReferenceNo) }
        guard let reference = reference(.originalReferenceNo)
        else { throw .invalidFieldFormat(.originalReferenceNo) }
        guard let status = string(.latestTransactionStatus, LatestTransactionStatus.init(code:))
        else { throw .invalidFieldFormat(.latestTransactionStatus) }
        guard kind(.amount) == .object else { throw .invalidFieldFormat(.amount) }
        guard let amount = amount() else { throw .invalidFieldFormat(.amountValue) }
        guard string(.currency, { $0.isEqual(to: Self.rupiah.span) }) == true
        else { throw .invalidFieldFormat(.amountCurrency) }
        let fact = Fact(
            pair: ReferencePair(
                originalPartnerReferenceNo: partnerReference,
                originalReferenceNo: reference
            ),
            status: status,
            // An amount of a success or refund that may be in thousands states no amount
            // (article Protocol).
            amount: status.movesMoney ? amount.exact : amount.literal
        )
        return (fact, amount)
    }

    /// Checks the types of the optional members, and that aliases have equal values
    /// (article Checks, row 9).
    func checkOptionalMembers() throws(NotificationError) {
        let isExternalIDValid = isConsistent(Self.externalIDNames) { index in
            document.tokens[index].kind == .string || isIntegerLiteral(index)
        }
        guard isExternalIDValid else { throw .invalidFieldFormat(.originalExternalID) }
        let isDescriptionValid = isConsistent(Self.descriptionNames) { index in
            document.tokens[index].kind == .string
        }
        guard isDescriptionValid else { throw .invalidFieldFormat(.transactionStatusDesc) }
    }

    /// The instant of a time; nil when it cannot be read, which is a warning and not an error.
    func timestamp(_ name: Name) -> Timestamp? {
        guard let index = members[name] else { return nil }
        switch document.tokens[index].kind {
        case .string, .number:
            return document.withContent(of: index) { Timestamp(gatewayTime: $0) }
        default: return nil
        }
    }

    private func require(
        _ name: Name,
        _ field: NotificationField
    ) throws(NotificationError) {
        guard let index = members[name], document.tokens[index].kind != .null
        else { throw .invalidMandatoryField(field) }
        guard document.tokens[index].kind == .string else { return }
        guard !hasOnly(index, isJSONBlank)
        else { throw .invalidMandatoryField(field) }
    }

    private func kind(_ name: Name) -> JSONKind? { members[name].map { document.tokens[$0].kind } }

    /// The result of `read` for a string; nil when the member is not a string.
    private func string<Result>(_ name: Name, _ read: (Span<UInt8>) -> Result?) -> Result? {
        guard let index = members[name], document.tokens[index].kind == .string else { return nil }
        return document.withContent(of: index, read)
    }

    private func reference(_ name: Name) -> Reference? { string(name, Reference.init(_:)) }

    private static let rupiah = Array("IDR".utf8)

    private func amount() -> ReportedAmount? {
        guard let index = members[.value] else { return nil }
        switch document.tokens[index].kind {
        case .string: return document.withContent(of: index) { ReportedAmount(text: $0) }
        case .number: return document.withContent(of: index) { ReportedAmount(number: $0) }
        default: return nil
        }
    }

    /// Whether all members under `names` that exist and are not null are valid and have equal
    /// texts.
    private func isConsistent(_ names: [Name], _ isValid: (Int) -> Bool) -> Bool {
        var first: Int?
        for name in names {
            guard let index = members[name], document.tokens[index].kind != .null else { continue }
            guard isValid(index) else { return false }
            if let first, !document.isContent(of: first, equalToThatOf: index) { return false }
            first = index
        }
        return true
    }

    private func isIntegerLiteral(_ index: Int) -> Bool {
        guard document.tokens[index].kind == .number else { return false }
        return hasOnly(index) { byte in
            byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
    }

    /// Whether all bytes of a value satisfy `isWanted`.
    private func hasOnly(_ index: Int, _ isWanted: (UInt8) -> Bool) -> Bool {
        document.withContent(of: index) { content in
            content.indices.allSatisfy { isWanted(content[$0]) }
        }
    }
}
