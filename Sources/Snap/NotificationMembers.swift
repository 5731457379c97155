import Text

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
