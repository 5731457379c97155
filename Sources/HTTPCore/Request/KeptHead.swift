/// The parsed head of a stored request.
package struct KeptHead {
    private let head: RequestHead

    /// Parses a head; nil for bytes that are not one, such as those of a request that was never
    /// sent.
    package init?(_ bytes: [UInt8]) {
        // The head was within the limits when it was received; today's limits do not apply.
        var limits = HTTPLimits()
        limits.headerBytes = bytes.count
        limits.headerCount = bytes.count
        limits.targetBytes = bytes.count
        limits.methodBytes = bytes.count
        guard let head = try? parseRequestHead(bytes, limits: limits) else { return nil }
        self.head = head
    }

    /// The version in the request line, `HTTP/1.0` or `HTTP/1.1`.
    package var version: String { head.version == .http10 ? "HTTP/1.0" : "HTTP/1.1" }

    /// The fields in the order and spelling received; invalid UTF-8 becomes U+FFFD.
    package var fields: [(name: String, value: String)] {
        head.fields.map { (name: head.text($0.name), value: head.text($0.value)) }
    }

    /// The value of a field that occurs once, nil otherwise; the name is case-insensitive.
    package func single(_ name: String) -> [UInt8]? {
        guard case .value(let range) = head.single(name) else { return nil }
        return Array(head[range])
    }
}
