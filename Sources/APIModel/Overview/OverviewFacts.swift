package import Maintenance
package import Overview
package import Store

/// What an overview shows, as it was read.
///
/// It has many properties, because the parts of the receiver that it is read from are many.
package struct OverviewFacts: Sendable {
    package let health: HealthFacts
    package let day: DayTally
    package let totals: StoredTotals
    package let disk: DiskWatch.View

    /// The size of all files of the database.
    package var databaseBytes: Int64 = 0

    /// The version of the program.
    package var version = ""

    /// The start of the process, in milliseconds since the epoch.
    package var startedMilliseconds: Int64 = 0
    package var feed = ""
    package var head: Int64 = 0

    /// The host of the gateway; nil if it is not called.
    package var gatewayHost: String?

    /// The newest gateway call that got a response.
    package var lastResponse: Activity.Call?

    /// The newest gateway call that failed.
    package var lastFailure: Activity.Call?
    package var consumers: [ConsumerRecord] = []
    package var checks: [ReadinessCheck] = []

    package init(
        health: HealthFacts,
        day: DayTally,
        totals: StoredTotals,
        disk: DiskWatch.View
    ) {
        self.health = health
        self.day = day
        self.totals = totals
        self.disk = disk
    }
}
