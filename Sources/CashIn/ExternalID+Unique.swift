import Crypto
import Snap

extension ExternalID {
    /// An id for a request of ours: 32 decimal digits, as the gateway's page has it.
    ///
    /// 13 digits are the time in milliseconds, which tells this run from all others; 19 are random,
    /// which tells requests of one millisecond apart, and runs of a clock that was set back.
    static func unique(milliseconds: Int64) throws(CryptoError) -> ExternalID {
        var random: UInt64
        repeat {
            random = try randomBytes(count: 8).reduce(0) { $0 << 8 | UInt64($1) }
        } while random >= randomEnd
        let time = UInt64(clamping: milliseconds) % timeEnd
        let digits = padded(time, count: 13) + padded(random, count: 19)
        guard let id = ExternalID(digits.utf8.span) else {
            preconditionFailure("32 digits are an id")
        }
        return id
    }

    /// One more than what 19 digits hold.
    private static let randomEnd: UInt64 = 10_000_000_000_000_000_000

    /// One more than what 13 digits hold: the year 2286.
    private static let timeEnd: UInt64 = 10_000_000_000_000

    private static func padded(_ number: UInt64, count: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(count - digits.utf8.count, 0)) + digits
    }
}
