package import Commands
import Configuration
import QRCode
import ReceiverClient
import Snap
import Text

extension Command {
    package static let generate = Command(
        running: GenerateCommand.self,
        name: "generate",
        summary: "Generates a QR code for a payment at the gateway, and draws it.",
        options: GenerateCommand.options,
        scope: .generate,
        responseSeconds: GenerateCommand.responseSeconds,
        example: "generate --reference TRX-1 --amount 10000.00"
    )
}

/// `POST /admin/qr/generate`
struct GenerateCommand: APICommand {
    /// The timeout: the daemon may call the gateway twice, and each call takes up to 300 s.
    static let responseSeconds = 660

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
        let response = try await session.api.post(["admin", "qr", "generate"], body)
        if session.isJSON { return session.showJSON(response.bytes) }
        let drawing = drawing(for: response.root, session)
        var text = TransactionText(response.root)
        text.hasQRContent = drawing == nil
        session.console.output(text.text)
        if let drawing { session.console.output("\n" + drawing) }
    }

    /// The drawing of a payable code; nil if there is none, or if the library is not installed.
    private func drawing(for transaction: JSONValue, _ session: APISession) -> String? {
        do throws(CommandProblem) {
            return try QRDrawing.payable(transaction, libraryName)?.text(on: session.console)
        } catch {
            for line in error.lines { session.complain(line) }
            return nil
        }
    }
}

extension Command {
    package static let query = Command(
        running: QueryCommand.self,
        name: "query",
        summary: "Queries the gateway about a payment, and records the reported status.",
        options: [],
        operand: "REFERENCE",
        scope: .generate,
        responseSeconds: GenerateCommand.responseSeconds,
        example: "query TRX-1"
    )
}

/// `POST /admin/qr/query`
struct QueryCommand: APICommand {
    private let reference: String

    init(_ arguments: CommandArguments) throws(UsageError) { reference = arguments.operand ?? "" }

    func run(_ session: APISession) async throws(CommandProblem) {
        var body = JSONObjectText()
        body.add("partnerReferenceNo", reference)
        let response = try await session.api.post(["admin", "qr", "query"], body)
        if session.isJSON { return session.showJSON(response.bytes) }
        if let gateway = response.root["gateway"] {
            let words = ["responseCode", "responseMessage"].compactMap { gateway.text($0) }
            let status = gateway.text("latestTransactionStatus").map { "status \($0)" }
            let text = [words.joined(separator: " "), status].compactMap(\.self)
            session.console.output(oneLine("Gateway: " + text.joined(separator: ", ")) + "\n\n")
        }
        if let transaction = response.root["transaction"] {
            session.console.output(TransactionText(transaction).text)
        }
    }
}

extension Command {
    package static let reconcile = Command(
        running: ReconcileCommand.self,
        name: "reconcile",
        summary: "Queries the gateway now about every open payment that is due.",
        options: [],
        scope: .operate,
        example: "reconcile"
    )
}

/// `POST /admin/reconcile`
struct ReconcileCommand: APICommand {
    init(_ arguments: CommandArguments) throws(UsageError) {}

    func run(_ session: APISession) async throws(CommandProblem) {
        let response = try await session.api.post(["admin", "reconcile"], JSONObjectText())
        if session.isJSON { return session.showJSON(response.bytes) }
        session.console.output("Status inquiries started: \(response.root.text("count") ?? "-")\n")
    }
}
