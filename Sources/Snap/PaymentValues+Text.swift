package import Payments
import Text

extension Amount {
    /// The amount in a string: digits with an optional fraction, a whole number of sen
    /// (article Protocol).
    package init?(text: Span<UInt8>) {
        guard let sen = DecimalLiteral.value(of: text, scale: 2, allowsExponent: false)
        else { return nil }
        self.init(sen: sen)
    }

    /// The amount of a JSON number's literal; Java senders print `1.0E7` from ten million on.
    package init?(number: Span<UInt8>) {
        guard let sen = DecimalLiteral.value(of: number, scale: 2, allowsExponent: true)
        else { return nil }
        self.init(sen: sen)
    }
}

extension ReportedAmount {
    /// The amount in a string; nil where ``Amount/init(text:)`` is nil.
    package init?(text: Span<UInt8>) {
        guard let amount = Amount(text: text) else { return nil }
        self.init(amount, literal: text)
    }

    /// The amount of a JSON number's literal; nil where ``Amount/init(number:)`` is nil.
    package init?(number: Span<UInt8>) {
        guard let amount = Amount(number: number) else { return nil }
        self.init(amount, literal: number)
    }

    private init(_ amount: Amount, literal: Span<UInt8>) {
        if Self.isThousandsForm(literal), let thousands = Amount(sen: amount.sen * 1_000) {
            self = .ambiguous(literal: amount, thousands: thousands)
        } else {
            self = .exact(amount)
        }
    }

    /// Whether `literal` has the form `[1-9][0-9]{0,2}\.000`.
    private static func isThousandsForm(_ literal: Span<UInt8>) -> Bool {
        let digitsCount = literal.count - 4
        guard (1...3).contains(digitsCount), literal[0] != UInt8(ascii: "0") else { return false }
        for index in 0..<digitsCount where literal[index] &- UInt8(ascii: "0") > 9 { return false }
        return literal[digitsCount] == UInt8(ascii: ".")
            && (1...3).allSatisfy { literal[digitsCount + $0] == UInt8(ascii: "0") }
    }
}

extension GatewayTime {
    /// Stores `text`, and reads it as RFC 3339 with any offset or as epoch milliseconds.
    ///
    /// - Parameter text: the content of a JSON string, or the literal of another value.
    package init(_ text: String) {
        self.init(text: text, milliseconds: Timestamp(gatewayTime: text.utf8.span)?.milliseconds)
    }
}

extension Timestamp {
    /// Reads the two forms in which the gateway writes a time; nil for any other.
    init?(gatewayTime text: Span<UInt8>) {
        guard let time = Timestamp(rfc3339: text) ?? Timestamp(epochMilliseconds: text) else {
            return nil
        }
        self = time
    }
}
