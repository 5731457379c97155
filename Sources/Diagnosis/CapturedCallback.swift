/// One callback to diagnose: a stored one, or one captured in a file.
///
/// Its parts need not be valid.
package struct CapturedCallback: Equatable, Sendable {
    /// One header field: the name as received, the value without surrounding blanks.
    package struct Field: Equatable, Sendable {
        package let name: String
        package let value: [UInt8]

        package init(name: String, value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    /// The method as received, in any case; empty if there is none.
    package var method: String

    /// The request target: path and query, or a complete URL.
    package var target: String

    /// The header fields, in the order received.
    package var fields: [Field]
    /// The body as received, after chunked decoding.
    package var body: [UInt8]

    /// Time of receipt in milliseconds since the epoch; nil if unknown.
    package var receivedMilliseconds: Int64?

    package init(
        method: String,
        target: String,
        fields: [Field],
        body: [UInt8],
        receivedMilliseconds: Int64? = nil
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
        self.receivedMilliseconds = receivedMilliseconds
    }

    /// Makes a callback from a stored one.
    ///
    /// - Parameter head: the request line and fields as received, which the receiver has parsed
    ///   before.
    package init(head: [UInt8], body: [UInt8], receivedMilliseconds: Int64) {
        let text = HeadText(head)
        self.init(
            method: text.method,
            target: text.target,
            fields: text.fields,
            body: body,
            receivedMilliseconds: receivedMilliseconds
        )
    }

    /// The values of all fields with this name (case-insensitive), in order.
    func values(of name: String) -> [[UInt8]] {
        let name = name.lowercased()
        return fields.filter { $0.name.lowercased() == name }.map(\.value)
    }

    /// The values of ``values(of:)`` as text; invalid UTF-8 becomes U+FFFD.
    func texts(of name: String) -> [String] {
        values(of: name).map { String(decoding: $0, as: UTF8.self) }
    }
}
