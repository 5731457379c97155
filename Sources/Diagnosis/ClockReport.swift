import Text

/// X-TIMESTAMP against the time of receipt.
package struct ClockReport: Equatable, Sendable {
    /// X-TIMESTAMP as received; nil when it is not there once.
    package let timestamp: String?

    /// The same in milliseconds since the epoch; nil when it cannot be read.
    package let timestampMilliseconds: Int64?

    /// Milliseconds since the epoch; nil when nobody knows.
    package let receivedMilliseconds: Int64?

    /// 0 = no check.
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

    /// How much later it was received than it says, in milliseconds; negative when it came before
    /// its time. Nil when either is unknown.
    package var differenceMilliseconds: Int64? {
        guard let timestampMilliseconds, let receivedMilliseconds else { return nil }
        return receivedMilliseconds - timestampMilliseconds
    }

    /// Whether the difference is within the tolerance; nil when it is unknown.
    package var isWithinTolerance: Bool? {
        guard let differenceMilliseconds else { return nil }
        if toleranceSeconds == 0 { return true }
        return abs(differenceMilliseconds) <= Int64(toleranceSeconds) * 1000
    }
}
