import Snap
import Text

/// Which members JSON objects have, with their types.
struct MemberTally: Sendable {
    /// One member.
    struct Member: TallyKey {
        /// Names with points between them; `[]` stands for an element of an array.
        let path: String

        /// The JSON type.
        let type: String

        /// Whether the gateway's page has it in this message.
        let documented: Bool
    }

    /// Members of one body that are looked at, and different ones that are listed.
    static let membersMax = 1_000
    static let listedMax = 200

    /// The members that the gateway's page documents, as paths, in its order.
    private let documented: [String]
    private var tally = Tally<Member>(valuesMax: MemberTally.listedMax)
    private var seen: Set<String> = []

    init(documented: [String]) { self.documented = documented }

    /// Counts the members of a body's root.
    mutating func note(_ root: JSONValue, atMilliseconds milliseconds: Int64) {
        var rest = Self.membersMax
        noteMembers(of: root, at: "", &rest, milliseconds)
    }

    /// The recursion is as deep as the reader lets a text nest.
    private mutating func noteMembers(
        of value: JSONValue,
        at path: String,
        _ rest: inout Int,
        _ milliseconds: Int64
    ) {
        for (name, member) in value.members {
            note(member, at: path.isEmpty ? name : "\(path).\(name)", &rest, milliseconds)
        }
        for element in value.elements { note(element, at: path + "[]", &rest, milliseconds) }
    }

    private mutating func note(
        _ value: JSONValue,
        at path: String,
        _ rest: inout Int,
        _ milliseconds: Int64
    ) {
        guard rest > 0 else { return }
        rest -= 1
        let isDocumented = documented.contains(path)
        if isDocumented { seen.insert(path) }
        let member = Member(
            path: SeenValue(path).value,
            type: value.typeName,
            documented: isDocumented
        )
        tally.note(member, atMilliseconds: milliseconds)
        noteMembers(of: value, at: path, &rest, milliseconds)
    }
}

extension MemberTally: Encodable {
    private enum CodingKeys: CodingKey { case notSeen }

    func encode(to encoder: any Encoder) throws {
        try tally.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(documented.filter { !seen.contains($0) }, forKey: .notSeen)
    }
}

/// The members of the gateway's own page (gateway.md section 5), its samples' spellings included.
enum DocumentedMembers {
    static let callback = [
        "originalPartnerReferenceNo", "originalReferenceNo", "originalExternalId",
        "orgiginalExternalId", "latestTransactionStatus", "transactionStatusDesc",
        "latestTransactionStatusDec", "amount", "amount.value", "amount.currency", "createdTime",
        "finishedTime",
    ]

    static let generate = [
        "responseCode", "responseMessage", "partnerReferenceNo", "referenceNo", "qrContent",
    ]

    static let query = [
        "responseCode", "responseMessage", "originalPartnerReferenceNo", "originalReferenceNo",
        "serviceCode", "latestTransactionStatus", "latestTransactionDesc", "paidTime", "amount",
        "amount.value", "amount.currency",
    ]
}
