import Snap
import Text

/// One gateway call as the survey reads it.
package struct SurveyedCall: Sendable {
    /// The SNAP BI service code: 47 generate, 51 query.
    package var service: Int

    /// Start and end of the call, in milliseconds since the epoch.
    package var startedMilliseconds: Int64
    package var finishedMilliseconds: Int64

    /// The HTTP status; nil, like the body, without a response.
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

/// Statistics on the form of the gateway's responses, by service.
package struct OutboundSurvey: Encodable, Sendable {
    /// The number of calls counted.
    package private(set) var count = 0
    private var period = Period()
    private var services = [
        ServiceSurvey("generate", documented: DocumentedMembers.generate),
        ServiceSurvey("query", documented: DocumentedMembers.query),
    ]

    package init() {}

    /// Counts a call; calls must be passed newest first.
    package mutating func count(_ call: SurveyedCall) {
        count += 1
        period.count(call.startedMilliseconds)
        let isGenerate = call.service == ResponseCode.Service.generate.rawValue
        services[isGenerate ? 0 : 1].count(call)
    }
}

/// Statistics on the form of the responses of one service: counts, never contents.
///
/// The member names are those of the report's JSON.
struct ServiceSurvey: Encodable, Sendable {
    private let service: String
    private var calls = 0

    /// The number of calls without a response.
    private var unanswered = 0

    /// The number of response bodies that are not a strict JSON object.
    private var unreadableBodies = 0
    private var httpStatuses = Tally<SeenValue>(valuesMax: 50)
    private var responseCodes = Tally<Spelling>(valuesMax: 50)

    /// Milliseconds from the start of a call to its response.
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

    mutating func count(_ call: SurveyedCall) {
        calls += 1
        guard let status = call.responseStatus, let body = call.responseBody else {
            unanswered += 1
            return
        }
        let now = call.startedMilliseconds
        httpStatuses.count(SeenValue("\(status)"), atMilliseconds: now)
        responseMilliseconds.count(call.finishedMilliseconds - call.startedMilliseconds)
        guard let root = try? JSONDocument(body).root, root.kind == .object else {
            unreadableBodies += 1
            return
        }
        count(root, atMilliseconds: now)
    }

    private mutating func count(_ root: JSONValue, atMilliseconds now: Int64) {
        members.count(root, atMilliseconds: now)
        if let code = root["responseCode"] {
            responseCodes.count(Spelling(code), atMilliseconds: now)
        }
        if let code = root["serviceCode"] {
            serviceCodes.count(Spelling(code), atMilliseconds: now)
        }
        if let status = root["latestTransactionStatus"] {
            statuses.count(Spelling(status), atMilliseconds: now)
        }
        if let amount = root["amount"]?["value"] {
            amounts.count(AmountForm(amount), atMilliseconds: now)
        }
        if let time = root["paidTime"] {
            times.count(TimeForm("paidTime", time.literal), atMilliseconds: now)
        }
    }
}
