package import Commands
import Configuration
import Snap
import System
import Text

extension Command {
    package static let dossier = Command(
        asking: DossierCommand.self,
        name: "dossier",
        summary: "Prints all evidence of one payment as JSON, verifiable without this program.",
        options: DossierCommand.options,
        operand: "REFERENCE",
        scope: .journal,
        example: "dossier TRX-1 --out TRX-1.json"
    )
}

/// `GET /v1/transactions/{partnerReferenceNo}/dossier`
struct DossierCommand: APICommand {
    static let options = [out]
    private static let out = CommandOption(
        name: "--out",
        value: "FILE",
        summary: "Writes to this new file (mode 0600) instead of standard output."
    )

    private let reference: String
    private let file: String?

    init(_ arguments: CommandArguments) throws(UsageError) {
        reference = arguments.operand ?? ""
        file = arguments.one(Self.out)
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        // Checked before the daemon makes the dossier.
        if let file, FileCreation.exists(file) {
            throw CommandProblem(.inputOutput, "--out \(quoted(file)): already there")
        }
        let answer = try await session.api.get(["v1", "transactions", reference, "dossier"])
        guard let file else { return session.showJSON(answer.bytes) }
        do throws(FileError) {
            try FileCreation.write(answer.bytes + [0x0A], to: file, mode: 0o600)
        } catch {
            throw CommandProblem(.inputOutput, "--out \(quoted(file)) cannot be written, \(error)")
        }
    }
}
