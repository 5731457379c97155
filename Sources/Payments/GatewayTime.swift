/// A time as the gateway wrote it, with the instant where the text is readable.
package struct GatewayTime: Hashable, Sendable {
    /// The text as received: the content of a string, or the literal of another JSON value.
    package let text: String

    /// Milliseconds since 1970-01-01T00:00:00Z; nil when `text` is neither RFC 3339 nor epoch
    /// milliseconds.
    package let milliseconds: Int64?

    /// Creates a time from a text that was already parsed.
    package init(text: String, milliseconds: Int64?) {
        self.text = text
        self.milliseconds = milliseconds
    }
}

extension GatewayTime {
    /// Whether both are the same point in time.
    ///
    /// Instants are compared where both are readable, else the texts: the gateway may send one time
    /// with another offset or as epoch milliseconds (article Gateway).
    package func isSame(as other: GatewayTime) -> Bool {
        guard let milliseconds, let others = other.milliseconds else { return text == other.text }
        return milliseconds == others
    }
}
