package import Survey

/// Which callbacks and calls a report on the gateway looks at.
package struct GatewayReportRange: Equatable, Sendable {
    /// Callbacks and, apart from them, calls that one report looks at.
    package static let entriesMax = 10_000

    /// Received or ended at or after, milliseconds since the epoch.
    package var from: Int64?

    /// Received or ended before, milliseconds since the epoch.
    package var to: Int64?

    /// The newest so many of each.
    package var limit = GatewayReportRange.entriesMax

    package init() {}
}

/// What the live gateway really sends, in the API.
package struct GatewayReportRepresentation: Encodable {
    /// A survey and whether it looked at everything in the range.
    package struct Part<Survey: Encodable>: Encodable {
        package let survey: Survey
        package let truncated: Bool

        package init(survey: Survey, truncated: Bool) {
            self.survey = survey
            self.truncated = truncated
        }

        package func encode(to encoder: any Encoder) throws {
            try survey.encode(to: encoder)
            var container = encoder.container(keyedBy: MemberName.self)
            try container.encode(truncated, forKey: "truncated")
        }
    }

    let madeAt: String
    @Nullable var from: String?
    @Nullable var to: String?
    let limit: Int
    package let callbacks: Part<CallbackSurvey>
    package let outbound: Part<OutboundSurvey>

    package init(
        madeAt: String,
        from: String? = nil,
        to: String? = nil,
        limit: Int,
        callbacks: Part<CallbackSurvey>,
        outbound: Part<OutboundSurvey>
    ) {
        self.madeAt = madeAt
        self.from = from
        self.to = to
        self.limit = limit
        self.callbacks = callbacks
        self.outbound = outbound
    }
}
