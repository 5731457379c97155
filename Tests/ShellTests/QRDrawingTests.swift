import QRCode
import Testing

@testable import Shell

struct QRDrawingTests {
    /// Reads the modules back out of a drawing, the light ones around it included.
    private func modules(_ drawing: String) -> [[Bool]] {
        drawing.split(separator: "\n").flatMap { line in
            [
                line.map { "\u{2580}\u{2588}".contains($0) },
                line.map { "\u{2584}\u{2588}".contains($0) },
            ]
        }
    }

    @Test func `a drawing shows every module, and two light ones around`() throws {
        let symbol = try QREncoder().symbol(of: "0002010102122604")
        let drawing = QRDrawing(symbol).text(isTerminal: false)
        let modules = modules(drawing)
        // An odd number of rows: the last half line is light.
        #expect(modules.count == symbol.width + 5)
        for (row, line) in modules.enumerated() {
            #expect(line.count == symbol.width + 4)
            for (column, isDark) in line.enumerated() {
                #expect(isDark == symbol.isDark(row: row - 2, column: column - 2))
            }
        }
        #expect(modules[2][2])
        #expect(
            drawing.unicodeScalars.allSatisfy {
                " \n\u{2580}\u{2584}\u{2588}".contains(Character($0))
            }
        )
    }

    @Test func `without half blocks a module is two characters wide`() throws {
        let symbol = try QREncoder().symbol(of: "0002010102122604")
        let plain = QRDrawing(symbol).text(isTerminal: false, isUTF8: false)
        let lines = plain.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(lines.count == symbol.width + 4)
        for (row, line) in lines.enumerated() {
            let expected = (-2..<symbol.width + 2).map {
                symbol.isDark(row: row - 2, column: $0) ? "##" : "  "
            }
            #expect(line == expected.joined())
        }
        let colored = QRDrawing(symbol).text(isTerminal: true, isUTF8: false)
        #expect(colored.utf8.allSatisfy { $0 < 0x80 })
        #expect(
            colored.replacing("\u{1B}[48;5;16m  ", with: "##").replacing(
                "\u{1B}[48;5;231m",
                with: ""
            ).replacing("\u{1B}[0m", with: "") == plain
        )
    }

    @Test func `on a terminal every line asks for black on white`() throws {
        let symbol = try QREncoder().symbol(of: "0002010102122604")
        let plain = QRDrawing(symbol).text(isTerminal: false).split(separator: "\n")
        let colored = QRDrawing(symbol).text(isTerminal: true).split(separator: "\n")
        #expect(colored.map(String.init) == plain.map { "\u{1B}[38;5;16;48;5;231m\($0)\u{1B}[0m" })
    }
}
