import Text

/// The bytes of `text` without space, tab, CR and LF outside strings, or nil when there are none to
/// drop and `text` is its own minified form.
///
/// Purely lexical, nothing else is touched: what is signed is bytes, and a tree written anew would
/// change literals and escapes (contract section 4). Defined for any bytes, JSON or not.
package func minified(_ text: Span<UInt8>) -> [UInt8]? {
    var isInString = false
    var index = 0
    while index < text.count {
        let byte = text[index]
        if byte == UInt8(ascii: "\"") {
            isInString.toggle()
        } else if isInString {
            // The byte after a backslash never ends the string.
            if byte == UInt8(ascii: "\\") { index += 1 }
        } else if isJSONBlank(byte) {
            return minified(text, from: index)
        }
        index += 1
    }
    return nil
}

/// As above, when the first byte to drop stands at `start`, which is outside strings.
private func minified(_ text: Span<UInt8>, from start: Int) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count)
    for index in 0..<start { output.append(text[index]) }
    var isInString = false
    var index = start
    while index < text.count {
        let byte = text[index]
        index += 1
        if !isInString && isJSONBlank(byte) { continue }
        output.append(byte)
        if byte == UInt8(ascii: "\"") {
            isInString.toggle()
        } else if isInString, byte == UInt8(ascii: "\\"), index < text.count {
            output.append(text[index])
            index += 1
        }
    }
    return output
}
