package import Payments
import Text

extension GatewayTime {
    /// Keeps `text`, and reads it as RFC 3339 with any offset or as epoch milliseconds.
    ///
    /// - Parameter text: the content of a JSON string, or the literal of another value.
    package init(_ text: String) {
        self.init(text: text, milliseconds: Timestamp(gatewayTime: text.utf8.span)?.milliseconds)
    }
}

extension Timestamp {
    /// Reads either form in which the gateway writes a time; nil for all others.
    init?(gatewayTime text: Span<UInt8>) {
        guard let time = Timestamp(rfc3339: text) ?? Timestamp(epochMilliseconds: text) else {
            return nil
        }
        self = time
    }
}
