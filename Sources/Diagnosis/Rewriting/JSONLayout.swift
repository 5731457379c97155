import Snap

/// The white space that an encoder puts between the values of a JSON text.
///
/// Lexical, so it is defined for any bytes: literals and strings stay as they are.
struct JSONLayout: Sendable {
    /// The white space of one level; nil if everything stands on one line.
    var indent: String?
    var comma = ","
    var colon = ":"

    /// Whether the elements of an array stand on one line: `[ 1, 2 ]`.
    var isArrayInline = false

    /// The text in this layout, whatever its own is.
    func text(of text: [UInt8]) -> [UInt8] {
        let compact = minified(text.span) ?? text
        var output: [UInt8] = []
        output.reserveCapacity(compact.count * 2)
        // Whether each open bracket is one of an array.
        var arrays: [Bool] = []
        var isInString = false
        var index = 0
        while index < compact.count {
            let byte = compact[index]
            index += 1
            if isInString {
                output.append(byte)
                if byte == UInt8(ascii: "\\"), index < compact.count {
                    output.append(compact[index])
                    index += 1
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                let isEmpty = index < compact.count && compact[index] == byte + 2
                output.append(byte)
                arrays.append(byte == UInt8(ascii: "["))
                if !isEmpty { breakLine(arrays, &output) }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                let isEmpty = output.last.map { $0 == byte - 2 } ?? false
                let closed = arrays.popLast() ?? false
                if !isEmpty { breakLine(arrays, closing: closed, &output) }
                output.append(byte)
            case UInt8(ascii: ","): separate(arrays, &output)
            case UInt8(ascii: ":"): output += Array(colon.utf8)
            default:
                isInString = byte == UInt8(ascii: "\"")
                output.append(byte)
            }
        }
        return output
    }

    /// Appends a comma and what follows it.
    private func separate(_ arrays: [Bool], _ output: inout [UInt8]) {
        output += Array(comma.utf8)
        if indent != nil { breakLine(arrays, &output) }
    }

    /// Appends a line feed and the indentation, or a space inside an inline array.
    ///
    /// - Parameter closing: whether the bracket that closes belongs to an array; nil if none does.
    private func breakLine(_ arrays: [Bool], closing: Bool? = nil, _ output: inout [UInt8]) {
        guard let indent else { return }
        if isArrayInline, closing ?? arrays.last ?? false {
            output.append(0x20)
            return
        }
        output.append(0x0A)
        for _ in 0..<min(arrays.count, Self.depthMax) { output += Array(indent.utf8) }
    }

    /// Levels that are indented; deeper ones are written as this one, which bounds the output.
    private static let depthMax = 32
}
