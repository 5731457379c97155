import Commands
import QRCode
import ReceiverClient
import Text

/// A QR code drawn with characters.
///
/// With half blocks, each character shows two modules, one above the other. In a locale without
/// them, each module is two characters wide.
struct QRDrawing {
    private let symbol: QRSymbol

    /// The light modules on each side. The standard requires 4. Readers accept 2 on terminals, and
    /// then a code of 300 bytes fits into 80 columns.
    private static let quietZone = 2

    init(_ symbol: QRSymbol) { self.symbol = symbol }

    /// The drawing of the code of a payment; nil if the payment has none.
    ///
    /// - Parameter library: the library that encodes the code; tests replace it.
    /// - Throws: exit code 65 if the code can no longer be paid, which customers must not see; 69
    ///   if the library is not installed.
    static func payable(
        _ transaction: JSONValue,
        _ library: String
    ) throws(CommandProblem) -> QRDrawing? {
        guard let content = transaction["qrContent"]?.string else { return nil }
        guard transaction["final"]?.bool != true, transaction["expired"]?.bool != true else {
            throw CommandProblem(
                .badData,
                "no QR code is drawn: the payment is final or its validity is over"
            )
        }
        do throws(QREncoderError) {
            return QRDrawing(try QREncoder(library: library).symbol(of: content))
        } catch {
            throw CommandProblem(.unavailable, "no QR code is drawn: \(error)")
        }
    }

    /// The lines of the drawing, as the console can show them.
    func text(on console: Console) -> String {
        text(isTerminal: console.isTerminal, isUTF8: console.isUTF8)
    }

    /// The lines of the drawing.
    ///
    /// - Parameters:
    ///   - isTerminal: whether to set black on white, independent of the terminal's colours; if
    ///     false, the blocks are the dark modules.
    ///   - isUTF8: whether half blocks can be shown.
    func text(isTerminal: Bool, isUTF8: Bool = true) -> String {
        guard isUTF8 else { return asciiLines(isTerminal: isTerminal).joined() }
        return stride(from: side.lowerBound, to: side.upperBound, by: 2).map { row in
            let blocks = side.map { column in
                Self.block(
                    isUpperDark: symbol.isDark(row: row, column: column),
                    isLowerDark: symbol.isDark(row: row + 1, column: column)
                )
            }
            return (isTerminal ? Self.blackOnWhite(blocks.joined()) : blocks.joined()) + "\n"
        }.joined()
    }

    private var side: Range<Int> { -Self.quietZone..<symbol.width + Self.quietZone }

    /// A line for each row of modules: dark ones are `##`, on a terminal blanks on black.
    private func asciiLines(isTerminal: Bool) -> [String] {
        side.map { row in
            side.map { column in
                let isDark = symbol.isDark(row: row, column: column)
                if !isTerminal { return isDark ? "##" : "  " }
                return "\u{1B}[48;5;\(isDark ? Self.black : Self.white)m  "
            }.joined() + (isTerminal ? "\u{1B}[0m\n" : "\n")
        }
    }

    private static func block(isUpperDark: Bool, isLowerDark: Bool) -> String {
        switch (isUpperDark, isLowerDark) {
        case (true, true): "\u{2588}"
        case (true, false): "\u{2580}"
        case (false, true): "\u{2584}"
        case (false, false): " "
        }
    }

    // These colours are the same in every theme; the first 16 depend on the theme.
    private static let black = 16
    private static let white = 231

    private static func blackOnWhite(_ line: String) -> String {
        "\u{1B}[38;5;\(black);48;5;\(white)m\(line)\u{1B}[0m"
    }
}
