/// The modules of a QR code, without the quiet zone around it.
package struct QRSymbol: Equatable, Sendable {
    /// Modules per side.
    package let width: Int
    private let darkness: [Bool]

    /// - Parameter darkness: row by row, true for a dark module.
    /// - Precondition: `darkness` has `width` × `width` elements.
    package init(width: Int, darkness: [Bool]) {
        precondition(width > 0 && darkness.count == width * width, "a symbol is a square")
        self.width = width
        self.darkness = darkness
    }

    /// Whether the module is dark; modules outside the symbol are light.
    package func isDark(row: Int, column: Int) -> Bool {
        let side = 0..<width
        return side.contains(row) && side.contains(column) && darkness[row * width + column]
    }
}
