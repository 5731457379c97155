import APIModel
package import Commands
import Configuration
import ReceiverClient
import Snap
import System
import Text

extension Command {
    package static let dossier = Command(
        running: DossierCommand.self,
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
        let response = try await session.api.get(["v1", "transactions", reference, "dossier"])
        guard let file else { return session.showJSON(response.bytes) }
        do throws(FileError) {
            try FileCreation.write(response.bytes + [0x0A], to: file, mode: 0o600)
        } catch {
            throw CommandProblem(.inputOutput, "--out \(quoted(file)) cannot be written, \(error)")
        }
    }
}

extension Command {
    package static let gatewayReport = Command(
        running: GatewayReportCommand.self,
        name: "gateway-report",
        summary: "Shows the forms that the gateway sends, with counts and without contents.",
        options: GatewayReportCommand.options,
        scope: .journal,
        responseSeconds: 300,
        example: "gateway-report --from 2026-11-22"
    )
}

/// `GET /v1/gateway-report`
struct GatewayReportCommand: APICommand {
    static let options = [.from(), .to, limit]
    private static let limit = CommandOption(
        name: "--limit",
        value: "N",
        summary: "Uses the newest N callbacks and gateway calls, 1 to 10000; 10000 by default."
    )

    private let parameters: [(name: String, value: String?)]

    init(_ arguments: CommandArguments) throws(UsageError) {
        let range = 1...Int64(GatewayReportRange.entriesMax)
        let limit = try arguments.wholeNumber(Self.limit, in: range)
        parameters = [
            ("from", arguments.one(.from())), ("to", arguments.one(.to)),
            ("limit", limit.map { "\($0)" }),
        ]
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        let response = try await session.api.get(["v1", "gateway-report"], parameters)
        if session.isJSON { return session.showJSON(response.bytes) }
        session.console.output(GatewayReportText(response.root).text)
    }
}
