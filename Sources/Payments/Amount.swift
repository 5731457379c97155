/// An amount of rupiah, exact to the sen.
///
/// Never a `Double`: an amount is read from the digits of its literal and kept as an integer.
package struct Amount: Hashable, Sendable {
    /// Sen, the hundredth of a rupiah; 0 ≤ `sen` ≤ ``senMax``.
    package let sen: Int64

    /// The largest amount the product handles: just under 10^16 rupiah (contract section 4).
    package static let senMax: Int64 = 999_999_999_999_999_999

    /// An amount of `sen`, or nil outside 0...``senMax``.
    package init?(sen: Int64) {
        guard (0...Self.senMax).contains(sen) else { return nil }
        self.sen = sen
    }
}

extension Amount: CustomStringConvertible {
    /// SNAP's form: rupiah, a point, two digits of sen.
    package var description: String {
        let fraction = sen % 100
        return "\(sen / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
