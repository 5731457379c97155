/// One callback as somebody captured it: a kept one, or one from a file. Nothing about it needs to
/// be right.
package struct CapturedCallback: Equatable, Sendable {
    /// One header field, its name spelled as received and its value without blanks around it.
    package struct Field: Equatable, Sendable {
        package let name: String
        package let value: [UInt8]

        package init(name: String, value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    package var method: String

    /// The request target: path and query, or a complete URL.
    package var target: String

    /// In the order received.
    package var fields: [Field]
    package var body: [UInt8]

    /// Milliseconds since the epoch, or nil when nobody knows.
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

    /// A kept callback; `head` is its request line and fields as received, which were well formed.
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

    /// The values of every field with this name, whose case does not matter, in order.
    func values(of name: String) -> [[UInt8]] {
        let name = name.lowercased()
        return fields.filter { $0.name.lowercased() == name }.map(\.value)
    }

    /// The values as text; what is not UTF-8 in them becomes U+FFFD.
    func texts(of name: String) -> [String] {
        values(of: name).map { String(decoding: $0, as: UTF8.self) }
    }
}
