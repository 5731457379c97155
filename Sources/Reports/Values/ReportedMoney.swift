package import Payments

/// An amount of a report, which is negative where money is taken back; exact to the sen.
package struct ReportedMoney: Hashable, Sendable {
    /// Hundredths of a rupiah.
    package let sen: Int64

    package init(sen: Int64) { self.sen = sen }

    package init(_ amount: Amount) { sen = amount.sen }

    /// The sum; nil if it is too large.
    package func adding(_ other: ReportedMoney) -> ReportedMoney? {
        let (sum, overflow) = sen.addingReportingOverflow(other.sen)
        return overflow ? nil : ReportedMoney(sen: sum)
    }
}

extension ReportedMoney: CustomStringConvertible {
    /// Rupiah with two decimals, as in `-25000.00`.
    package var description: String {
        let fraction = sen.magnitude % 100
        let sign = sen < 0 ? "-" : ""
        return "\(sign)\(sen.magnitude / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
