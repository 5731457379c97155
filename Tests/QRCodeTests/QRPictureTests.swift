import Testing

@testable import QRCode

/// The picture of a symbol, as an SVG document.
struct QRPictureTests {
    @Test func `a picture has each run of dark modules, behind four light ones`() {
        let picture = QRSymbol(
            width: 3,
            darkness: [
                true, true, false,
                false, false, false,
                true, false, true,
            ]
        ).svg
        #expect(picture.contains(" width=\"88\" height=\"88\" viewBox=\"0 0 11 11\" "))
        #expect(picture.contains("<rect width=\"11\" height=\"11\" fill=\"#fff\"/>"))
        #expect(
            picture.contains("<path d=\"M4 4h2v1h-2zM4 6h1v1h-1zM6 6h1v1h-1z\"/>"),
            "\(picture)"
        )
    }

    @Test func `the runs cover the dark modules, and nothing else`() throws {
        let symbol = try QREncoder().symbol(of: String(repeating: "0002", count: 60))
        var drawn = Set<[Int]>()
        let path = try #require(symbol.svg.split(separator: "\"").first { $0.hasPrefix("M") })
        for run in path.split(separator: "z") {
            let numbers = run.split { !$0.isNumber }.compactMap { Int($0) }
            try #require(numbers.count == 5 && numbers[2] == numbers[4] && numbers[3] == 1)
            for column in numbers[0]..<numbers[0] + numbers[2] {
                drawn.insert([numbers[1] - 4, column - 4])
            }
        }
        let side = 0..<symbol.width
        let dark = side.flatMap { row in
            side.filter { symbol.isDark(row: row, column: $0) }.map { [row, $0] }
        }
        #expect(drawn == Set(dark))
    }

    @Test func `a picture loads nothing`() throws {
        let picture = try QREncoder().symbol(of: "0002").svg
        for word in ["href", "url(", "<script", "<style", "<!", "<?", "@"] {
            #expect(!picture.contains(word), "\(word)")
        }
        #expect(picture.split(separator: "://").count == 2, "only the name space")
    }
}
