import Snap
import Text

/// A transition as a row for people.
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
