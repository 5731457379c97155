import Crypto
import Snap

extension ExternalID {
    /// A new id for an outbound request: 32 decimal digits, as the gateway's documentation
    /// requires.
    ///
    /// 13 digits are the time in milliseconds, which differs between runs. 19 digits are random,
    /// which distinguishes requests of the same millisecond, also after the clock was set back.
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

    /// One more than the largest number of 19 digits.
    private static let randomEnd: UInt64 = 10_000_000_000_000_000_000

    /// One more than the largest number of 13 digits; as a time in milliseconds, in the year 2286.
    private static let timeEnd: UInt64 = 10_000_000_000_000

    private static func padded(_ number: UInt64, count: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(count - digits.utf8.count, 0)) + digits
    }
}
