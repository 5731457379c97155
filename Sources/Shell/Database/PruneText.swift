import APIModel
import Commands
import Maintenance
import Snap
import Text

/// What is shown of an erasure to people.
enum PruneText {
    /// The progress as the API gives it.
    static func document(_ progress: PruneProgress) -> JSONDocument {
        do throws(JSONError) {
            return try JSONDocument(JSON.encode(PruneRepresentation(progress)))
        } catch {
            preconditionFailure("JSON of our own cannot be read")
        }
    }

    /// What is going on, before anything is known of it.
    static let erasing = "erasing"

    /// One line while it runs.
    static func progress(_ root: JSONValue) -> String {
        "\(erasing): \(number(root, "percent")) %, \(number(root, "callbacks")) callbacks, "
            + "\(number(root, "gatewayCalls")) gateway calls"
    }

    /// What was erased.
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
        if let name = root.text("heldBy") { text += "; the consumer \(name) holds the next one" }
        return text + ".\n"
    }

    /// Why not everything was erased; nil when it was.
    static func problem(_ root: JSONValue) -> CommandProblem? {
        if let error = root.text("error") { return CommandProblem(.inputOutput, error) }
        guard root.text("state") == PruneProgress.State.done.rawValue else {
            return CommandProblem(
                .unavailable,
                "it was given up before the end; the same command goes on with it"
            )
        }
        return nil
    }

    private static func number(_ root: JSONValue, _ name: String) -> String {
        root.text(name) ?? "-"
    }
}
