import Text

/// X-TIMESTAMP compared with the time of receipt.
///
/// The difference has no influence on the signature; it is reported for article Checks, row 6.
package struct ClockReport: Equatable, Sendable {
    /// X-TIMESTAMP as received; nil unless it occurs once and is not empty.
    package let timestamp: String?

    /// The same in milliseconds since the epoch, parsed leniently; nil if it cannot be parsed.
    package let timestampMilliseconds: Int64?

    /// Time of receipt in milliseconds since the epoch; nil if unknown.
    package let receivedMilliseconds: Int64?

    /// The configured tolerance in seconds; 0 = no check.
    package let toleranceSeconds: Int

    init(_ callback: CapturedCallback, _ settings: DiagnosisSettings) {
        let values = callback.values(of: "X-TIMESTAMP")
        let value = values.count == 1 && !values[0].isEmpty ? values[0] : nil
        timestamp = value.map { String(decoding: $0, as: UTF8.self) }
        timestampMilliseconds = value.flatMap {
            TimestampVariants.instant(of: $0)?.milliseconds
        }
        receivedMilliseconds = callback.receivedMilliseconds
        toleranceSeconds = settings.timestampToleranceSeconds
    }

    /// Time of receipt minus X-TIMESTAMP in milliseconds; nil if either is unknown.
    ///
    /// Negative if the sender's clock is ahead.
    package var differenceMilliseconds: Int64? {
        guard let timestampMilliseconds, let receivedMilliseconds else { return nil }
        return receivedMilliseconds - timestampMilliseconds
    }

    /// Whether the difference is within the tolerance; nil if the difference is unknown.
    package var isWithinTolerance: Bool? {
        guard let differenceMilliseconds else { return nil }
        if toleranceSeconds == 0 { return true }
        return abs(differenceMilliseconds) <= Int64(toleranceSeconds) * 1000
    }
}
