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

/// A QR code drawn with half blocks: each character shows two modules, one above the other.
struct QRDrawing {
    private let symbol: QRSymbol

    /// The light modules on each side. The standard requires 4. Readers accept 2 on terminals, and
    /// then a code of 300 bytes fits into 80 columns.
    private static let quietZone = 2

    init(_ symbol: QRSymbol) { self.symbol = symbol }

    /// The lines of the drawing.
    ///
    /// - Parameter isTerminal: whether to set black on white, independent of the terminal's
    ///   colours; if false, the blocks are the dark modules.
    func text(isTerminal: Bool) -> String {
        let side = -Self.quietZone..<symbol.width + Self.quietZone
        return stride(from: side.lowerBound, to: side.upperBound, by: 2).map { row in
            let blocks = side.map { column in
                Self.block(
                    isUpperDark: symbol.isDark(row: row, column: column),
                    isLowerDark: symbol.isDark(row: row + 1, column: column)
                )
            }
            return (isTerminal ? Self.colored(blocks.joined()) : blocks.joined()) + "\n"
        }.joined()
    }

    private static func block(isUpperDark: Bool, isLowerDark: Bool) -> String {
        switch (isUpperDark, isLowerDark) {
        case (true, true): "\u{2588}"
        case (true, false): "\u{2580}"
        case (false, true): "\u{2584}"
        case (false, false): " "
        }
    }

    /// Colours 16 and 231 are black and white in every theme; the first 16 colours depend on the
    /// theme.
    private static func colored(_ line: String) -> String {
        "\u{1B}[38;5;16;48;5;231m\(line)\u{1B}[0m"
    }
}
