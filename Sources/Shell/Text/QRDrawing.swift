import QRCode

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
