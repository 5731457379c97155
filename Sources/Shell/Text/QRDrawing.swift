import QRCode

/// A QR code in half blocks: each character shows two modules, one above the other.
struct QRDrawing {
    private let symbol: QRSymbol

    /// Light modules on each side. The standard has 4; terminals show codes with 2, and in 80
    /// columns there is room then for 300 bytes.
    private static let quietZone = 2

    init(_ symbol: QRSymbol) { self.symbol = symbol }

    /// The lines of the drawing.
    ///
    /// - Parameter isTerminal: black on white is then asked for, whatever the terminal's colours;
    ///   else the blocks stand for ink.
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

    /// Colours 16 and 231 of the 256 are black and white in every theme; the first 16 are not.
    private static func colored(_ line: String) -> String {
        "\u{1B}[38;5;16;48;5;231m\(line)\u{1B}[0m"
    }
}
