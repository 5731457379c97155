package import Commands
import Configuration
import QRCode
import Snap
import Text

extension Command {
    package static let generate = Command(
        asking: GenerateCommand.self,
        name: "generate",
        summary: "Generates a QR code for a payment at the gateway, and draws it.",
        options: GenerateCommand.options,
        scope: .generate,
        answerSeconds: GenerateCommand.answerSeconds,
        example: "generate --reference TRX-1 --amount 10000.00"
    )
}

/// `POST /admin/qr/generate`
struct GenerateCommand: APICommand {
    /// The timeout: the daemon may call the gateway twice, and each call takes up to 300 s.
    static let answerSeconds = 660

    static let options = [reference, amount, fee, validitySeconds, validityPeriod]
    private static let reference = CommandOption(
        name: "--reference",
        value: "REFERENCE",
        summary: "Your reference: 1 to 25 letters, digits, dots, dashes or underscores.",
        isRequired: true
    )
    private static let amount = CommandOption(
        name: "--amount",
        value: "AMOUNT",
        summary: "The amount in whole rupiah, such as 10000.00.",
        isRequired: true
    )
    private static let fee = CommandOption(
        name: "--fee",
        value: "AMOUNT",
        summary: "The fee, in the same form as the amount."
    )
    private static let validitySeconds = CommandOption(
        name: "--validity-seconds",
        value: "N",
        summary: "The validity of the code in seconds; as configured by default."
    )
    private static let validityPeriod = CommandOption(
        name: "--validity-period",
        value: "TIME",
        summary: "The end of the validity, such as 2026-11-22T10:15:00+07:00."
    )

    /// The library that draws the code; tests replace it.
    var libraryName = QREncoder.libraryName
    private let body: JSONObjectText

    init(_ arguments: CommandArguments) throws(UsageError) {
        let seconds = try arguments.wholeNumber(Self.validitySeconds, in: 1...Int64.max)
        let period = arguments.one(Self.validityPeriod)
        if seconds != nil, period != nil {
            throw UsageError(text: "--validity-period: expected without --validity-seconds")
        }
        var body = JSONObjectText()
        body.add("partnerReferenceNo", arguments.one(Self.reference) ?? "")
        body.add("amount", try arguments.rupiah(Self.amount) ?? "")
        if let fee = try arguments.rupiah(Self.fee) { body.add("feeAmount", fee) }
        if let seconds { body.add("validitySeconds", literal: "\(seconds)") }
        if let period { body.add("validityPeriod", period) }
        self.body = body
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        let answer = try await session.api.post(["admin", "qr", "generate"], body)
        if session.isJSON { return session.showJSON(answer.bytes) }
        let drawing = drawing(for: answer.root, session)
        var text = TransactionText(answer.root)
        text.hasQRContent = drawing == nil
        session.console.output(text.text)
        if let drawing { session.console.output("\n" + drawing) }
    }

    /// The drawing of a payable code; nil if there is none, or if the library is not installed.
    private func drawing(for transaction: JSONValue, _ session: APISession) -> String? {
        guard let content = transaction["qrContent"]?.string else { return nil }
        // Customers must not see a code that can no longer be paid.
        guard transaction["final"]?.bool != true, transaction["expired"]?.bool != true else {
            session.complain("no QR code is drawn: the payment is final or its validity is over")
            return nil
        }
        do throws(QREncoderError) {
            let symbol = try QREncoder(library: libraryName).symbol(of: content)
            return QRDrawing(symbol).text(isTerminal: session.console.isTerminal)
        } catch {
            session.complain("no QR code is drawn: \(error)")
            return nil
        }
    }
}
