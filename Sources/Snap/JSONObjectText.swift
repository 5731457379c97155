/// A JSON object while it is written: members in the order of the calls, no blanks between them, no
/// escape that RFC 8259 does not demand.
///
/// What is signed and what is sent must be the same bytes, so they are written once, by hand.
package struct JSONObjectText: Sendable {
    private var text: [UInt8] = [UInt8(ascii: "{")]

    package init() {}

    /// The whole object.
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

    /// Adds a value that is JSON already, such as a number's literal.
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
