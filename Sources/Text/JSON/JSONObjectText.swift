/// Writes a JSON object: members in the order of the calls, without blanks, and with only those
/// escapes that RFC 8259 requires.
///
/// The signed bytes and the sent bytes must be equal, so an object is written once.
package struct JSONObjectText: Sendable {
    private var text: [UInt8] = [UInt8(ascii: "{")]

    package init() {}

    /// The complete object.
    package var bytes: [UInt8] { text + [UInt8(ascii: "}")] }

    /// Adds a string.
    package mutating func add(_ name: String, _ value: String) {
        addName(name)
        appendJSONString(value, to: &text)
    }

    /// Adds a string, or `null` when there is none.
    package mutating func add(_ name: String, _ value: String?) {
        guard let value else { return add(name, literal: "null") }
        add(name, value)
    }

    /// Adds a value that is JSON text already, such as a number literal.
    package mutating func add(_ name: String, literal: String) {
        addName(name)
        text += Array(literal.utf8)
    }

    /// Adds an object.
    package mutating func add(_ name: String, _ object: JSONObjectText) {
        addName(name)
        text += object.bytes
    }

    /// Adds an array of objects.
    package mutating func add(_ name: String, _ objects: [JSONObjectText]) {
        addName(name)
        text.append(UInt8(ascii: "["))
        text += objects.map(\.bytes).joined(separator: [UInt8(ascii: ",")])
        text.append(UInt8(ascii: "]"))
    }

    private mutating func addName(_ name: String) {
        if text.count > 1 { text.append(UInt8(ascii: ",")) }
        appendJSONString(name, to: &text)
        text.append(UInt8(ascii: ":"))
    }
}

/// Appends `text` as a JSON string with quotes.
///
/// Escapes only what RFC 8259 section 7 requires: quote, backslash and control characters. Slashes
/// are not escaped.
package func appendJSONString(_ text: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    if text.utf8.contains(where: isEscapedInJSON) {
        for byte in text.utf8 { append(escaping: byte, to: &output) }
    } else {
        output.append(contentsOf: text.utf8)
    }
    output.append(UInt8(ascii: "\""))
}

private func isEscapedInJSON(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
}

private func append(escaping byte: UInt8, to output: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""): output.append(contentsOf: "\\\"".utf8)
    case UInt8(ascii: "\\"): output.append(contentsOf: "\\\\".utf8)
    case 0x08: output.append(contentsOf: "\\b".utf8)
    case 0x09: output.append(contentsOf: "\\t".utf8)
    case 0x0A: output.append(contentsOf: "\\n".utf8)
    case 0x0C: output.append(contentsOf: "\\f".utf8)
    case 0x0D: output.append(contentsOf: "\\r".utf8)
    case ..<0x20:
        output.append(contentsOf: byte < 0x10 ? "\\u000".utf8 : "\\u001".utf8)
        output.append(contentsOf: String(byte & 0x0F, radix: 16).utf8)
    default: output.append(byte)
    }
}
