/// The status codes that were ever applied to a transaction.
package struct StatusCodeSet: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The set of one code.
    package init(_ status: LatestTransactionStatus) { rawValue = 1 << status.rawValue }

    /// Whether `status` was applied before.
    package func contains(_ status: LatestTransactionStatus) -> Bool {
        contains(StatusCodeSet(status))
    }
}
