package import Logging

extension Configuration {
    /// The section `reconcile`: the schedule of status inquiries (article Statuses).
    package struct Reconcile: Sendable, Equatable {
        package var isEnabled: Bool
        package var graceSeconds: Int
        /// Offsets from generate, while the QR code is valid.
        package var whileOpenSeconds: [Int]
        /// The offset from the end of the validity at which an unpaid payment is cancelled; nil for
        /// never.
        package var expireAfterSeconds: Int?
        /// Offsets from the base of the schedule: the end of the validity, or an event that needs a
        /// query.
        package var scheduleSeconds: [Int]
        /// Offsets from the transition to cancelled, for late payments.
        package var recheckCancelledSeconds: [Int]
        /// Offsets from the transition to success, for refunds.
        package var recheckSuccessSeconds: [Int]

        init(_ section: ConfigurationSection) {
            let year = 31_536_000
            isEnabled = section.boolean("enabled", default: true)
            graceSeconds = section.integer("graceSeconds", default: 60, in: 0...86_400)
            whileOpenSeconds = section.ascending(
                "whileOpenSeconds",
                default: [60, 300],
                in: 1...year
            )
            expireAfterSeconds = section.optionalInteger(
                "expireAfterSeconds",
                default: 3_600,
                in: 0...year
            )
            scheduleSeconds = section.ascending(
                "scheduleSeconds",
                default: [0, 60, 300, 900, 3600, 21_600, 86_400],
                in: 0...year
            )
            recheckCancelledSeconds = section.ascending(
                "recheckCancelledSeconds",
                default: [3600, 86_400],
                in: 1...year
            )
            recheckSuccessSeconds = section.ascending(
                "recheckSuccessSeconds",
                default: [],
                in: 1...year
            )
        }
    }

    /// The section `limits`, or `internal.limits`: the limits of one listener.
    package struct Limits: Sendable, Equatable {
        package var bodyBytes = 65_536
        package var headerBytes = 16_384
        package var headerCount = 64
        package var connections = 4096
        package var headerSeconds = 10
        package var bodySeconds = 10
        package var idleSeconds = 75
        package var requestsInFlight = 4096

        /// The defaults of the section `limits`.
        package init() {}

        init(_ section: ConfigurationSection, default standard: Limits) {
            bodyBytes = section.integer(
                "bodyBytes",
                default: standard.bodyBytes,
                in: 1...16_777_216
            )
            headerBytes = section.integer(
                "headerBytes",
                default: standard.headerBytes,
                in: 256...1_048_576
            )
            headerCount = section.integer(
                "headerCount",
                default: standard.headerCount,
                in: 4...1024
            )
            connections = section.integer(
                "connections",
                default: standard.connections,
                in: 1...1_000_000
            )
            headerSeconds = section.integer(
                "headerSeconds",
                default: standard.headerSeconds,
                in: 1...3600
            )
            bodySeconds = section.integer(
                "bodySeconds",
                default: standard.bodySeconds,
                in: 1...3600
            )
            idleSeconds = section.integer(
                "idleSeconds",
                default: standard.idleSeconds,
                in: 1...86_400
            )
            requestsInFlight = section.integer(
                "requestsInFlight",
                default: standard.requestsInFlight,
                in: 1...1_000_000
            )
        }
    }

    /// The section `log`.
    package struct LogSettings: Sendable, Equatable {
        package var level: LogLevel
        package var format: LogFormat

        init(_ section: ConfigurationSection) {
            level = section.word("level", default: .info)
            format = section.word("format", default: .text)
        }
    }
}
