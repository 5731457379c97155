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
