import Snap
import Text

/// One call of the gateway, as the survey looks at it.
package struct SurveyedCall: Sendable {
    /// SNAP BI's number of the service: 47 generate, 51 query.
    package var service: Int

    /// Milliseconds since the epoch.
    package var startedMilliseconds: Int64
    package var finishedMilliseconds: Int64

    /// Nil, like the body, when no answer came.
    package var responseStatus: Int?
    package var responseBody: [UInt8]?

    package init(
        service: Int,
        startedMilliseconds: Int64,
        finishedMilliseconds: Int64,
        responseStatus: Int?,
        responseBody: [UInt8]?
    ) {
        self.service = service
        self.startedMilliseconds = startedMilliseconds
        self.finishedMilliseconds = finishedMilliseconds
        self.responseStatus = responseStatus
        self.responseBody = responseBody
    }
}

/// What the gateway's answers look like, service by service.
package struct OutboundSurvey: Encodable, Sendable {
    /// How many calls were looked at, and when they began.
    package private(set) var count = 0
    private var period = Period()
    private var services = [
        ServiceSurvey("generate", documented: DocumentedMembers.generate),
        ServiceSurvey("query", documented: DocumentedMembers.query),
    ]

    package init() {}

    /// Looks at a call; they come newest first.
    package mutating func note(_ call: SurveyedCall) {
        count += 1
        period.note(call.startedMilliseconds)
        let isGenerate = call.service == ResponseCode.Service.generate.rawValue
        services[isGenerate ? 0 : 1].note(call)
    }
}

/// What the answers of one service look like: counts of forms, never contents.
///
/// Its members are those of the report's JSON.
struct ServiceSurvey: Encodable, Sendable {
    private let service: String
    private var calls = 0

    /// Calls that ended without an answer.
    private var unanswered = 0

    /// Answers that are not strict JSON with an object at its root.
    private var unreadableBodies = 0
    private var httpStatuses = Tally<SeenValue>(valuesMax: 50)
    private var responseCodes = Tally<Spelling>(valuesMax: 50)

    /// From the beginning of a call to its answer.
    private var responseMilliseconds = Spread()
    private var members: MemberTally
    private var serviceCodes = Tally<Spelling>(valuesMax: 20)
    private var amounts = Tally<AmountForm>(valuesMax: 20)
    private var statuses = Tally<Spelling>(valuesMax: 20)
    private var times = Tally<TimeForm>(valuesMax: 20)

    init(_ service: String, documented: [String]) {
        self.service = service
        members = MemberTally(documented: documented)
    }

    mutating func note(_ call: SurveyedCall) {
        calls += 1
        guard let status = call.responseStatus, let body = call.responseBody else {
            unanswered += 1
            return
        }
        let now = call.startedMilliseconds
        httpStatuses.note(SeenValue("\(status)"), atMilliseconds: now)
        responseMilliseconds.note(call.finishedMilliseconds - call.startedMilliseconds)
        guard let root = try? JSONDocument(body).root, root.kind == .object else {
            unreadableBodies += 1
            return
        }
        note(root, atMilliseconds: now)
    }

    private mutating func note(_ root: JSONValue, atMilliseconds now: Int64) {
        members.note(root, atMilliseconds: now)
        if let code = root["responseCode"] {
            responseCodes.note(Spelling(code), atMilliseconds: now)
        }
        if let code = root["serviceCode"] { serviceCodes.note(Spelling(code), atMilliseconds: now) }
        if let status = root["latestTransactionStatus"] {
            statuses.note(Spelling(status), atMilliseconds: now)
        }
        if let amount = root["amount"]?["value"] {
            amounts.note(AmountForm(amount), atMilliseconds: now)
        }
        if let time = root["paidTime"] {
            times.note(TimeForm("paidTime", time.literal), atMilliseconds: now)
        }
    }
}
