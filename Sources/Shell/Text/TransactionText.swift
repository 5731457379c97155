import Commands
import ReceiverClient
import Text

/// A payment as text for people: one line for each member, then its transitions.
struct TransactionText {
    private let transaction: JSONValue

    /// Whether the payload of the QR code is shown.
    var hasQRContent = true

    init(_ transaction: JSONValue) { self.transaction = transaction }

    var text: String {
        var text = FactLines.text(facts)
        let transitions = transaction["transitions"]?.elements ?? []
        if !transitions.isEmpty {
            var table = Table(TransitionRow.columns)
            text += "\n" + table.text(transitions.map(TransitionRow.cells))
        }
        return text
    }

    /// The lines, each with its title; members that are absent or null are omitted.
    private var facts: [(String, String?)] {
        [
            ("Reference", transaction.text("partnerReferenceNo")),
            ("Gateway's reference", transaction.text("referenceNo")),
            ("Status", status),
            ("Amount", transaction.amount("amount")),
            ("Fee", transaction.amount("feeAmount")),
            ("Paid", transaction.amount("paidAmount")),
            ("Paid at", transaction.text("paidAt") ?? transaction.text("paidAtText")),
            ("Refunded", transaction.amount("refundedAmount")),
            ("Valid until", validity),
            ("Warnings", texts("warnings", separator: "; ")),
            ("QR content", hasQRContent ? transaction.text("qrContent") : nil),
            ("Origin", transaction.text("origin")),
            ("Created", transaction.text("createdAt")),
            ("Updated", transaction.text("updatedAt")),
            ("Last sequence", transaction.text("lastSequence")),
            ("Last error", lastError),
            ("Attention", texts("attention", separator: ", ")),
            ("Callbacks", transaction["checks"]?.text("callbacks")),
            ("Last query", lastQuery),
            ("Next query", transaction["checks"]?.text("nextQueryAt")),
        ]
    }

    private var status: String? {
        guard var text = transaction.text("status") else { return nil }
        if let code = transaction.text("latestTransactionStatus") { text += " (\(code))" }
        if transaction["final"]?.bool == true { text += ", final" }
        return text
    }

    private var validity: String? {
        guard let time = transaction.text("validityPeriod") else { return nil }
        return transaction["expired"]?.bool == true ? time + ", expired" : time
    }

    /// The last error: a text, or an object with several members.
    private var lastError: String? {
        transaction.text("lastError") ?? transaction["lastError"].flatMap(members)
    }

    /// The elements of a list of texts; nil if it is empty.
    private func texts(_ name: String, separator: String) -> String? {
        let texts = transaction[name]?.elements.compactMap(\.string) ?? []
        return texts.isEmpty ? nil : texts.joined(separator: separator)
    }

    private var lastQuery: String? { transaction["checks"]?["lastQuery"].flatMap(members) }

    private func members(_ object: JSONValue) -> String? {
        let values = object.members.compactMap { object.text($0.name) }
        return values.isEmpty ? nil : values.joined(separator: " ")
    }
}

/// A transition as a row of a table.
enum TransitionRow {
    static let columns = [
        Table.Column(title: "SEQUENCE", isNumber: true),
        Table.Column(title: "REFERENCE"),
        Table.Column(title: "FROM"),
        Table.Column(title: "TO"),
        Table.Column(title: "AMOUNT", isNumber: true),
        Table.Column(title: "SOURCE"),
        Table.Column(title: "RECORDED"),
        Table.Column(title: "GATEWAY'S REFERENCE"),
    ]

    static func cells(_ transition: JSONValue) -> [String?] {
        [
            transition.text("sequence"),
            transition.text("partnerReferenceNo"),
            transition.text("from"),
            transition.text("to"),
            transition.amount("amount"),
            transition.text("source"),
            transition.text("recordedAt"),
            transition.text("referenceNo"),
        ]
    }
}
