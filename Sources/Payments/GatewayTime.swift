/// A time in the gateway's words, and the instant where the words could be read.
package struct GatewayTime: Hashable, Sendable {
    /// As received: the content of a string, or the literal of another value.
    package let text: String

    /// Milliseconds since 1970-01-01T00:00:00Z; nil when `text` is neither RFC 3339 nor epoch
    /// milliseconds.
    package let milliseconds: Int64?

    /// A time whose text has been read elsewhere.
    package init(text: String, milliseconds: Int64?) {
        self.text = text
        self.milliseconds = milliseconds
    }
}

extension GatewayTime {
    /// Whether both name the same point in time: as instants where both can be read, else by their
    /// text.
    package func isSame(as other: GatewayTime) -> Bool {
        guard let milliseconds, let others = other.milliseconds else { return text == other.text }
        return milliseconds == others
    }
}
