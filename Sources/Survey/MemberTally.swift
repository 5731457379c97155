import Snap
import Text

/// Counts the members of JSON objects, by path and type.
struct MemberTally: Sendable {
    /// One member.
    struct Member: TallyKey {
        /// Member names separated by points; `[]` stands for an element of an array.
        let path: String

        /// The JSON type.
        let type: String

        /// Whether the gateway's documentation lists it for this message.
        let documented: Bool
    }

    /// Maximum members read of one body, and maximum distinct members listed.
    static let membersMax = 1_000
    static let listedMax = 200

    /// The paths of the documented members, in the order of the gateway's documentation.
    private let documented: [String]
    private var tally = Tally<Member>(valuesMax: MemberTally.listedMax)
    private var seen: Set<String> = []

    init(documented: [String]) { self.documented = documented }

    /// Counts the members of a body's root object.
    mutating func count(_ root: JSONValue, atMilliseconds milliseconds: Int64) {
        var rest = Self.membersMax
        countMembers(of: root, at: "", &rest, milliseconds)
    }

    /// Counts members recursively; the JSON reader limits the nesting.
    private mutating func countMembers(
        of value: JSONValue,
        at path: String,
        _ rest: inout Int,
        _ milliseconds: Int64
    ) {
        for (name, member) in value.members {
            count(member, at: path.isEmpty ? name : "\(path).\(name)", &rest, milliseconds)
        }
        for element in value.elements { count(element, at: path + "[]", &rest, milliseconds) }
    }

    private mutating func count(
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
        tally.count(member, atMilliseconds: milliseconds)
        countMembers(of: value, at: path, &rest, milliseconds)
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

/// The members in the gateway's documentation, with the spellings of its samples (article Gateway).
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
