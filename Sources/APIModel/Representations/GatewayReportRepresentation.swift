package import Survey

/// The selection of callbacks and gateway calls for a report.
package struct GatewayReportRange: Equatable, Sendable {
    /// The maximum number of callbacks, and of gateway calls, in one report.
    package static let entriesMax = 10_000

    /// The start of the period, in milliseconds since the epoch: callbacks by receipt, calls by
    /// end.
    package var from: Int64?

    /// The end of the period, which is not included.
    package var to: Int64?

    /// The maximum number of callbacks, and of gateway calls; the newest are selected.
    package var limit = GatewayReportRange.entriesMax

    package init() {}
}

/// The JSON of a gateway report: the forms that the gateway sends.
package struct GatewayReportRepresentation: Encodable {
    /// A survey, and whether older entries of the period were left out.
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
