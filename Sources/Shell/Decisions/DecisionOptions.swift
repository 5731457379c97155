import Commands
import Snap
import Text

// Options of the commands with which an operator decides.
extension CommandOption {
    static let note = CommandOption(
        name: "--note",
        value: "TEXT",
        summary: "What was found, 1 to 1000 characters.",
        isRequired: true
    )
    static let acceptedAmount = CommandOption(
        name: "--amount",
        value: "AMOUNT",
        summary: "As 9000.00; needed where no callback or query says it, or several do."
    )
    static let dryRun = CommandOption(
        flag: "--dry-run",
        summary: "Shows what would be written, and writes nothing."
    )
}

/// How an operator's decision is shown to people.
enum DecisionText {
    /// Stands above the outcome of a `--dry-run`.
    static let dryRun = "Dry run: nothing was written.\n"

    /// The transition that accepting a status wrote or, in a dry run, would write.
    static func transition(_ answer: JSONValue) -> String {
        guard let transition = answer["transition"], transition.kind == .object else {
            return "No transition: the payment has this status already.\n"
        }
        var table = Table(TransitionRow.columns)
        return table.text([TransitionRow.cells(transition)])
    }
}
