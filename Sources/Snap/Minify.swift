import Text

/// The bytes of `text` without space, tab, CR and LF outside of strings. Nil when there is nothing
/// to remove, so that `text` is its own minified form.
///
/// It is purely lexical and changes nothing else: signatures cover bytes, and a re-serialized tree
/// would change literals and escapes (article Protocol). It is defined for any bytes, JSON or not.
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

/// The same, when the first byte to remove is at `start`, outside of strings.
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
