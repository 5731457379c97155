/// A QR code as its modules, without the quiet zone around it.
package struct QRSymbol: Equatable, Sendable {
    /// Modules on a side.
    package let width: Int
    private let darkness: [Bool]

    /// - Parameter darkness: row by row, true for a dark module.
    /// - Precondition: there are as many as a square of that width has.
    package init(width: Int, darkness: [Bool]) {
        precondition(width > 0 && darkness.count == width * width, "a symbol is a square")
        self.width = width
        self.darkness = darkness
    }

    /// Whether the module is dark; what is around the symbol is light.
    package func isDark(row: Int, column: Int) -> Bool {
        let side = 0..<width
        return side.contains(row) && side.contains(column) && darkness[row * width + column]
    }
}
