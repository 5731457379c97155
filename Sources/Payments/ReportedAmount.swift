/// An amount of rupiah as the gateway reports it, which its literal may leave open.
///
/// `15.000` is fifteen rupiah as a decimal number and fifteen thousand as Indonesia writes
/// thousands.
package enum ReportedAmount: Hashable, Sendable {
    /// The literal has one reading.
    case exact(Amount)

    /// The literal has two readings: as a decimal number, and with the point between thousands.
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

    /// The exact amount, whatever `expected` is; of an ambiguous one the reading that equals
    /// `expected`, nil when neither does.
    package func reading(equalTo expected: Amount?) -> Amount? {
        switch self {
        case .exact(let amount): amount
        case .ambiguous(let literal, let thousands):
            [literal, thousands].first { $0 == expected }
        }
    }
}
