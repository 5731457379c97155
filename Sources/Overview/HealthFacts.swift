package import Payments

/// The facts that decide whether all is well.
package struct HealthFacts: Sendable {
    /// A consumer that does not read what waits for it.
    package struct LateConsumer: Equatable, Sendable {
        package let name: String

        /// The number of transitions after its offset.
        package let lag: Int64

        package init(name: String, lag: Int64) {
            self.name = name
            self.lag = lag
        }
    }

    /// The present, in milliseconds since the epoch.
    package var nowMilliseconds: Int64

    package var isDatabaseWritable = true

    /// Whether a key of the gateway is loaded.
    package var hasKeys = true
    package var isStopping = false
    package var isDiskLow = false

    /// Whether the last reload of the configuration was applied, or there was none.
    package var isLastReloadApplied = true
    package var gateway = GatewayState.ok

    /// The text of the last failed gateway call.
    package var lastFailure: String?

    /// Open attention entries by kind.
    package var attention: [AttentionKind: Int64] = [:]
    package var lateConsumers: [LateConsumer] = []

    /// Payments of today, and the sum of their amounts in sen.
    package var paidToday: Int64 = 0
    package var paidTodaySen: Int128 = 0

    /// When the newest authentic callback was received, in milliseconds since the epoch.
    package var lastCallbackMilliseconds: Int64?

    package init(nowMilliseconds: Int64) { self.nowMilliseconds = nowMilliseconds }
}
