/// Appends `text` as a JSON string with its quotes.
///
/// Escapes only what RFC 8259 section 7 demands: quote, backslash and controls. Slashes stay.
package func appendJSONString(_ text: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            output.append(UInt8(ascii: "\\"))
            output.append(byte)
        case 0x0A: output.append(contentsOf: "\\n".utf8)
        case 0x0D: output.append(contentsOf: "\\r".utf8)
        case 0x09: output.append(contentsOf: "\\t".utf8)
        case 0..<0x20:
            output.append(contentsOf: byte < 0x10 ? "\\u000".utf8 : "\\u001".utf8)
            output.append(contentsOf: String(byte & 0x0F, radix: 16).utf8)
        default: output.append(byte)
        }
    }
    output.append(UInt8(ascii: "\""))
}
