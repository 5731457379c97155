import APIModel
import Commands
import Maintenance
import ReceiverClient
import Snap
import Text

/// The progress and the result of a prune, as text for people.
enum PruneText {
    /// The progress in the form of the API.
    static func document(_ progress: PruneProgress) -> JSONDocument {
        do throws(JSONError) {
            return try JSONDocument(JSON.encode(PruneRepresentation(progress)))
        } catch {
            preconditionFailure("JSON of our own cannot be read")
        }
    }

    /// The progress before its first measurement.
    static let erasing = "erasing"

    /// One line for a running prune.
    static func progress(_ root: JSONValue) -> String {
        "\(erasing): \(number(root, "percent")) %, \(number(root, "callbacks")) callbacks, "
            + "\(number(root, "gatewayCalls")) gateway calls"
    }

    /// The result of a prune.
    static func result(_ root: JSONValue) -> String {
        let isDryRun = root["dryRun"]?.bool == true
        var text = isDryRun ? "Dry run: nothing was written.\n" : ""
        text += """
            Heads and bodies erased: \(number(root, "callbacks")) callbacks, \
            \(number(root, "gatewayCalls")) gateway calls, \(number(root, "bytes")) bytes.
            Refused requests removed: \(number(root, "refusals")).

            """
        guard root["transitions"]?.bool == true else { return text }
        text += "Transitions removed: \(number(root, "removedTransitions"))"
        if let oldest = root.text("oldest"), !isDryRun { text += "; the oldest is \(oldest)" }
        if let name = root.text("heldBy") {
            text += "; the consumer \(name) has not passed the next one"
        }
        return text + ".\n"
    }

    /// The reason why the prune is incomplete; nil if it is complete.
    static func problem(_ root: JSONValue) -> CommandProblem? {
        if let error = root.text("error") { return CommandProblem(.inputOutput, error) }
        guard root.text("state") == PruneProgress.State.done.rawValue else {
            return CommandProblem(
                .unavailable,
                "interrupted before the end; the same command resumes it"
            )
        }
        return nil
    }

    private static func number(_ root: JSONValue, _ name: String) -> String {
        root.text(name) ?? "-"
    }
}
