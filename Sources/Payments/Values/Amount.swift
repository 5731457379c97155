/// An amount of rupiah, exact to the sen.
///
/// Never a `Double`: binary fractions cannot represent every sen. An amount is read from the digits
/// of its literal and stored as an integer.
package struct Amount: Hashable, Sendable {
    /// The amount in sen, hundredths of a rupiah; 0 ≤ `sen` ≤ ``senMax``.
    package let sen: Int64

    /// The largest accepted amount: just under 10^16 rupiah (article Checks, row 9).
    package static let senMax: Int64 = 999_999_999_999_999_999

    /// Creates an amount of `sen`; nil outside 0...``senMax``.
    package init?(sen: Int64) {
        guard (0...Self.senMax).contains(sen) else { return nil }
        self.sen = sen
    }
}

extension Amount: CustomStringConvertible {
    /// The form of SNAP BI: rupiah, a decimal point, two digits of sen (article Protocol).
    package var description: String {
        let fraction = sen % 100
        return "\(sen / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}

/// An amount of rupiah as the gateway reports it; its literal may be ambiguous.
///
/// `15.000` is fifteen rupiah as a decimal number, and fifteen thousand where the point separates
/// thousands, as Indonesia writes them. A wrong guess would be off by a factor of 1000, so an
/// ambiguous amount is resolved only by an expected one (article Checks, row 9).
package enum ReportedAmount: Hashable, Sendable {
    /// The literal has one reading.
    case exact(Amount)

    /// The literal has two readings: a decimal number, or the point separates thousands.
    case ambiguous(literal: Amount, thousands: Amount)

    /// The reading as a decimal number.
    package var literal: Amount {
        switch self {
        case .exact(let amount), .ambiguous(let amount, _): amount
        }
    }

    /// The amount; nil when it is ambiguous.
    package var exact: Amount? {
        if case .exact(let amount) = self { amount } else { nil }
    }

    /// The amount under the reading that `expected` allows.
    ///
    /// An exact amount is returned whatever `expected` is. Of an ambiguous one, the result is the
    /// reading that equals `expected`; nil when neither does.
    package func reading(equalTo expected: Amount?) -> Amount? {
        switch self {
        case .exact(let amount): amount
        case .ambiguous(let literal, let thousands):
            [literal, thousands].first { $0 == expected }
        }
    }
}
