package import Payments

/// What was stored since the last look, in small parts: the counts and times behind an overview.
///
/// A reader that keeps the cursor reads each row once, however often it looks.
package struct Activity: Equatable, Sendable {
    /// How far each list has been read.
    package struct Cursor: Equatable, Sendable {
        /// The last transition that was read.
        package var sequence: Int64 = 0

        /// The last authentic callback that was read.
        package var callbackID: Int64 = 0

        /// The last rejected request that was read.
        package var rejectedID: Int64 = 0

        /// The last gateway call that was read.
        package var callID: Int64 = 0

        package init() {}
    }

    /// A transition, as far as counts and times need it.
    package struct Step: Equatable, Sendable {
        /// Milliseconds since the epoch. For a transition that a callback caused, when that was
        /// received.
        package let recordedMilliseconds: Int64
        package let to: TransactionStatus
        package let source: TransitionSource
        package let amount: Amount?

        /// When the payment was made, as the gateway reports it, in milliseconds since the epoch.
        package let paidMilliseconds: Int64?

        package init(
            recordedMilliseconds: Int64,
            to: TransactionStatus,
            source: TransitionSource,
            amount: Amount?,
            paidMilliseconds: Int64?
        ) {
            self.recordedMilliseconds = recordedMilliseconds
            self.to = to
            self.source = source
            self.amount = amount
            self.paidMilliseconds = paidMilliseconds
        }
    }

    /// How many rows have a time in one hour.
    package struct HourCount: Equatable, Sendable {
        /// Hours since 1970-01-01T00:00 of Jakarta's clocks.
        package let hour: Int64
        package let count: Int64

        package init(hour: Int64, count: Int64) {
            self.hour = hour
            self.count = count
        }
    }

    /// The result of a gateway call.
    package struct Call: Equatable, Sendable {
        /// When it ended, in milliseconds since the epoch.
        package let milliseconds: Int64

        /// The HTTP status of the response; nil without a response.
        package let status: Int64?

        /// Why there is no response.
        package let error: String?

        package init(milliseconds: Int64, status: Int64?, error: String?) {
            self.milliseconds = milliseconds
            self.status = status
            self.error = error
        }

        /// Why the call failed: no response, or one with a status of 500 and above. Nil if it did
        /// not.
        package var failure: String? {
            if let status { return status >= 500 ? "HTTP status \(status)" : nil }
            return error ?? "no response"
        }
    }

    /// Transitions, oldest first.
    package var steps: [Step] = []

    /// Authentic callbacks, by the hour of their first receipt.
    package var callbacks: [HourCount] = []

    /// Rejected requests that bear our client id or a well-formed signature, by hour.
    package var rejected: [HourCount] = []

    /// Gateway calls, oldest first.
    package var calls: [Call] = []

    /// The cursor behind what was read.
    package var next: Cursor

    /// Whether there may be more behind it.
    package var more = false

    package init(next: Cursor) { self.next = next }
}

/// Single values that an overview shows.
package struct StoredTotals: Equatable, Sendable {
    /// When the newest authentic callback was received, in milliseconds since the epoch.
    package let newestCallbackMilliseconds: Int64?

    /// Payments with a scheduled status inquiry, counted up to ``inquiriesMax``.
    package let inquiryCount: Int64

    /// When the oldest open attention entry was opened, in milliseconds since the epoch.
    package let oldestEntryMilliseconds: Int64?

    /// The maximum of ``inquiryCount``.
    package static let inquiriesMax: Int64 = 100_000

    package init(
        newestCallbackMilliseconds: Int64?,
        inquiryCount: Int64,
        oldestEntryMilliseconds: Int64?
    ) {
        self.newestCallbackMilliseconds = newestCallbackMilliseconds
        self.inquiryCount = inquiryCount
        self.oldestEntryMilliseconds = oldestEntryMilliseconds
    }
}
