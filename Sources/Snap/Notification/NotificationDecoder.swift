import Payments
import Text

/// Rows 8 and 9 of contract section 4, for one body.
struct NotificationDecoder {
    let members: NotificationMembers
    private let document: JSONDocument

    typealias Name = NotificationMembers.Name

    /// One value under several names: the page's spelling first.
    static let externalIDNames: [Name] = [.originalExternalId, .orgiginalExternalId]
    static let descriptionNames: [Name] = [
        .transactionStatusDesc, .latestTransactionStatusDesc,
        .latestTransactionStatusDec, .latestTransactionDesc,
    ]

    /// `document` must be an object.
    init(_ document: JSONDocument) {
        self.document = document
        members = NotificationMembers(document)
    }

    /// Row 8.
    func requireMandatoryMembers() throws(NotificationError) {
        try require(.originalPartnerReferenceNo, .originalPartnerReferenceNo)
        try require(.originalReferenceNo, .originalReferenceNo)
        try require(.latestTransactionStatus, .latestTransactionStatus)
        try require(.amount, .amount)
        // An amount that is no object cannot miss members: it is malformed.
        if kind(.amount) == .object {
            try require(.value, .amountValue)
            try require(.currency, .amountCurrency)
        }
        try require(.createdTime, .createdTime)
        try require(.finishedTime, .finishedTime)
    }

    /// Row 9, the members that make up the fact, and the readings of its amount. To be called after
    /// row 8.
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
            // Contract section 4, "Members": a success or refund whose amount may be thousands says
            // no amount.
            amount: status.movesMoney ? amount.exact : amount.literal
        )
        return (fact, amount)
    }

    /// Row 9, the members that may be missing: of the right kind, and aliases saying the same.
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

    /// The instant of a time, or nil when it cannot be read: that is a warning, never a refusal.
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

    /// What `read` makes of a string; nil when the member is none.
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

    /// Whether the members under `names` that are there, and not null, are valid and equal as text.
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

    /// Whether all bytes of a value are of one kind.
    private func hasOnly(_ index: Int, _ isWanted: (UInt8) -> Bool) -> Bool {
        document.withContent(of: index) { content in
            content.indices.allSatisfy { isWanted(content[$0]) }
        }
    }
}
