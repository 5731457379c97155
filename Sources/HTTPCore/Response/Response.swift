/// A response stored as bytes, so that serialisation only appends arrays.
package struct Response: Equatable, Sendable {
    package var status: Status

    /// Encoded field lines, without Content-Length, Transfer-Encoding, Connection and Date, which
    /// serialisation adds.
    package private(set) var fieldLines: [UInt8] = []
    /// The body; not sent with a status without content, or in response to HEAD.
    package var body: [UInt8]

    /// Whether the connection is closed after this response, whatever the client requested.
    package var closes = false

    package init(_ status: Status, body: [UInt8] = []) {
        self.status = status
        self.body = body
    }

    /// Adds a field.
    ///
    /// - Precondition: `name` is a token, and `value` contains no control character except HTAB.
    ///   Check a value from outside with `isFieldValue(_:)` first.
    package mutating func add(_ name: String, _ value: String) { add(name, value.utf8.span) }

    /// Adds a field; the precondition is the same.
    package mutating func add(_ name: String, _ value: [UInt8]) { add(name, value.span) }

    /// Adds a field; the precondition is the same.
    package mutating func add(_ name: String, _ value: ArraySlice<UInt8>) { add(name, value.span) }

    /// Adds a field; the precondition is the same.
    package mutating func add(_ name: String, _ value: Span<UInt8>) {
        // Names are constants of the program; values may come from outside.
        assert(Self.isFieldName(name.utf8.span), "a field name is a token")
        precondition(isFieldValue(value), "a field value holds no control character")
        fieldLines.append(text: name)
        fieldLines.append(text: ": ")
        fieldLines.append(value.indices, of: value)
        fieldLines.append(text: "\r\n")
    }

    private static func isFieldName(_ name: Span<UInt8>) -> Bool {
        !name.isEmpty && name.end(of: .token, in: name.indices) == name.count
    }

    /// The interim response that tells a waiting client to send its body (RFC 9110 section 15.2.1).
    package static let continueBytes = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
}
