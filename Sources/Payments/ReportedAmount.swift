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
