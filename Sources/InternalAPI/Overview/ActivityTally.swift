import APIModel
import Overview
import Store

/// Keeps the counts of today, and the last results of gateway calls.
///
/// Each row is read once: an update continues behind the cursor of the one before. The first one of
/// a run, and of a day, begins with the first row of the day.
struct ActivityTally {
    private let reader: any StorageReader
    private var cursor: Activity.Cursor?

    /// The counts of today; nil before the first update.
    private(set) var day: DayTally?

    /// The newest gateway call that got a response.
    private(set) var lastResponse: Activity.Call?

    /// The newest gateway call that failed.
    private(set) var lastFailure: Activity.Call?

    init(_ reader: any StorageReader) { self.reader = reader }

    /// Counts what was stored since the last update.
    ///
    /// Reads in portions, so that no snapshot of the database is held for long.
    ///
    /// - Parameter now: milliseconds since the epoch.
    mutating func update(at now: Int64) async throws(StoreError) {
        let today = DayTally(dayOf: now)
        var day = day.flatMap { $0.day == today.day ? $0 : nil } ?? today
        var cursor = try await start(of: day)
        var more = true
        while more {
            let activity = try await reader.activity(after: cursor)
            add(activity, to: &day)
            cursor = activity.next
            more = activity.more
        }
        self.cursor = cursor
        self.day = day
    }

    /// Counts the whole day again in the next update: stored rows have changed.
    mutating func recount() {
        day = nil
        cursor = nil
    }

    /// Where an update begins: behind the last one, but not before the day.
    private func start(of day: DayTally) async throws(StoreError) -> Activity.Cursor {
        if let cursor, self.day?.day == day.day { return cursor }
        var start = try await reader.activityStart(from: day.startMilliseconds)
        // Of a day before, what was read of gateway calls stays.
        if let cursor { start.callID = cursor.callID }
        return start
    }

    private mutating func add(_ activity: Activity, to day: inout DayTally) {
        for step in activity.steps {
            day.add(
                step.to,
                from: step.source,
                atMilliseconds: step.recordedMilliseconds,
                amount: step.amount,
                paidMilliseconds: step.paidMilliseconds
            )
        }
        for hour in activity.callbacks { day.add(callbacks: hour.count, inHour: hour.hour) }
        for hour in activity.rejected { day.add(refused: hour.count, inHour: hour.hour) }
        for call in activity.calls {
            if call.status != nil { lastResponse = call }
            if call.failure != nil { lastFailure = call }
        }
    }
}
