extension QRSymbol {
    /// The light modules on each side that ISO/IEC 18004 requires.
    private static let quietZone = 4

    /// The side of a module in pixels, when a picture is shown in its natural size.
    private static let modulePixels = 8

    /// The symbol as an SVG document, black on white, with a quiet zone of four modules.
    ///
    /// One unit of its coordinates is one module. The document has no text of the payment and
    /// refers to nothing outside of it.
    package var svg: String {
        let side = width + 2 * Self.quietZone
        let pixels = side * Self.modulePixels
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(pixels)" height="\(pixels)" \
            viewBox="0 0 \(side) \(side)" shape-rendering="crispEdges" role="img">\
            <title>QR code</title><rect width="\(side)" height="\(side)" fill="#fff"/>\
            <path d="\((0..<width).map(path).joined())"/></svg>

            """
    }

    /// The dark modules of a row as rectangles, one for each run of them.
    private func path(row: Int) -> String {
        var path = ""
        var column = 0
        while column < width {
            var end = column
            while isDark(row: row, column: end) { end += 1 }
            if end > column {
                let run = end - column
                path += "M\(column + Self.quietZone) \(row + Self.quietZone)h\(run)v1h-\(run)z"
            }
            column = end + 1
        }
        return path
    }
}
