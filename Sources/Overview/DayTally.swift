package import Payments
import Text

/// What happened in one hour, or on one day.
package struct HourTally: Equatable, Sendable {
    /// Authentic callbacks that were received; redeliveries are not counted.
    package var callbacks: Int64 = 0

    /// Payments whose status became success.
    package var paid: Int64 = 0

    /// The sum of their amounts, in sen.
    package var paidSen: Int128 = 0

    /// Payments that were closed unpaid: their code expired, or was cancelled.
    package var expired: Int64 = 0

    /// Rejected requests that bear our client id or a well-formed signature.
    package var refused: Int64 = 0

    package init() {}

    fileprivate mutating func add(_ other: HourTally) {
        callbacks += other.callbacks
        paid += other.paid
        paidSen += other.paidSen
        expired += other.expired
        refused += other.refused
    }
}

/// What happened on one Jakarta day, by hour. What belongs to another day is ignored.
package struct DayTally: Equatable, Sendable {
    package static let hoursCount = 24
    private static let millisecondsPerHour: Int64 = 3_600_000

    /// Days since 1970-01-01 in Jakarta's calendar.
    package let day: Int

    /// One for each hour of the day.
    package private(set) var hours = Array(repeating: HourTally(), count: hoursCount)

    /// The times from a payment to the receipt of its callback, for payments whose status became
    /// success by a callback.
    package private(set) var latency = LatencyTally()

    /// The tally of the day of a time, without anything in it.
    ///
    /// - Parameter milliseconds: since the epoch.
    package init(dayOf milliseconds: Int64) { day = JakartaTime.day(milliseconds: milliseconds) }

    /// The start of the day, in milliseconds since the epoch.
    package var startMilliseconds: Int64 {
        Int64(day * Self.hoursCount) * Self.millisecondsPerHour - JakartaTime.offsetMilliseconds
    }

    /// The whole day.
    package var total: HourTally {
        hours.reduce(into: HourTally()) { $0.add($1) }
    }

    /// Counts authentic callbacks.
    ///
    /// - Parameter hour: hours since 1970-01-01T00:00 of Jakarta's clocks.
    package mutating func add(callbacks count: Int64, inHour hour: Int64) {
        if let index = index(ofHour: hour) { hours[index].callbacks += count }
    }

    /// Counts rejected requests.
    ///
    /// - Parameter hour: hours since 1970-01-01T00:00 of Jakarta's clocks.
    package mutating func add(refused count: Int64, inHour hour: Int64) {
        if let index = index(ofHour: hour) { hours[index].refused += count }
    }

    /// Counts a change of a status.
    ///
    /// - Parameters:
    ///   - milliseconds: when it was recorded, since the epoch.
    ///   - paidMilliseconds: when the payment was made, as the gateway reports it.
    package mutating func add(
        _ status: TransactionStatus,
        from source: TransitionSource,
        atMilliseconds milliseconds: Int64,
        amount: Amount?,
        paidMilliseconds: Int64?
    ) {
        let local = milliseconds + JakartaTime.offsetMilliseconds
        guard let index = index(ofHour: local / Self.millisecondsPerHour) else { return }
        switch status {
        case .success:
            hours[index].paid += 1
            hours[index].paidSen += Int128(amount?.sen ?? 0)
            guard source == .notify, let paidMilliseconds else { return }
            latency.add(milliseconds: milliseconds - paidMilliseconds)
        case .cancelled: hours[index].expired += 1
        case .created, .pending, .failed, .refunded: return
        }
    }

    /// The hour of the day; nil on another day.
    private func index(ofHour hour: Int64) -> Int? {
        let index = Int(hour) - day * Self.hoursCount
        return (0..<Self.hoursCount).contains(index) ? index : nil
    }
}
