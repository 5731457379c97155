package import Commands
import Configuration
import QRCode
import ReceiverClient
import Text

extension Command {
    package static let qr = Command(
        running: QRCommand.self,
        name: "qr",
        summary: "Draws the QR code of a payment, or writes it as a picture.",
        options: QRCommand.options,
        operand: "REFERENCE",
        scope: .feed,
        example: "qr TRX-1 --svg TRX-1.svg"
    )
}

/// The code of `GET /v1/transactions/{partnerReferenceNo}`, or the picture at its `qr.svg`.
struct QRCommand: APICommand {
    static let options = [picture]
    static let showsJSON = false
    private static let picture = CommandOption(
        name: "--svg",
        value: "FILE",
        summary: "Writes an SVG picture to this new file, or to standard output if it is -."
    )

    private let reference: String
    private let file: String?

    init(_ arguments: CommandArguments) throws(UsageError) {
        reference = arguments.operand ?? ""
        file = arguments.one(Self.picture)
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        let path = ["v1", "transactions", reference]
        if let file { return try await write(path + ["qr.svg"], to: file, session) }
        let transaction = try await session.api.get(path).root
        guard let drawing = try QRDrawing.payable(transaction, QREncoder.libraryName) else {
            throw CommandProblem(.badData, "the payment \(reference) has no QR code")
        }
        session.console.output(drawing.text(on: session.console))
    }

    private func write(
        _ path: [String],
        to file: String,
        _ session: APISession
    ) async throws(CommandProblem) {
        let target = try OutputTarget(
            file == "-" ? nil : file,
            of: Self.picture.name,
            doing: "writing",
            session.console
        )
        defer { session.console.progress("") }
        do throws(CommandProblem) {
            try await session.api.stream(path, []) { target.write($0) }
        } catch {
            throw target.problem ?? error
        }
        try target.finish()
    }
}
