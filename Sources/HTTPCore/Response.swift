/// A response as bytes. Its serialisation is appending arrays.
package struct Response: Equatable, Sendable {
    package var status: Status

    /// Encoded field lines. Never Content-Length, Transfer-Encoding, Connection or Date: those are
    /// written when the response is serialised.
    package private(set) var fieldLines: [UInt8] = []
    package var body: [UInt8]

    /// Whether the connection is to be closed behind it, whatever the client asked for.
    package var closes = false

    package init(_ status: Status, body: [UInt8] = []) {
        self.status = status
        self.body = body
    }

    /// Adds a field.
    ///
    /// - Precondition: `name` is a token, and `value` holds no control character but HTAB. A value from
    ///   outside has to be checked before: ``isFieldValue(_:)``.
    package mutating func add(_ name: String, _ value: some Collection<UInt8>) {
        precondition(Self.isToken(name), "a field name is a token")
        precondition(Self.isFieldValue(value), "a field value holds no control character")
        fieldLines.append(contentsOf: name.utf8)
        fieldLines.append(contentsOf: ": ".utf8)
        fieldLines.append(contentsOf: value)
        fieldLines.append(contentsOf: "\r\n".utf8)
    }

    /// Adds a field whose value is text; the precondition is the same.
    package mutating func add(_ name: String, _ value: String) { add(name, value.utf8) }

    /// Whether a field may have this value (RFC 9110 section 5.5).
    package static func isFieldValue(_ value: some Collection<UInt8>) -> Bool {
        let members = ByteClass.fieldValue
        return value.allSatisfy { members.contains($0) }
    }

    private static func isToken(_ name: String) -> Bool {
        let members = ByteClass.token
        return !name.isEmpty && name.utf8.allSatisfy { members.contains($0) }
    }

    /// What tells a waiting client to send its body (RFC 9110 section 15.2.1).
    package static let continueBytes = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
}
