package import Payments
import Snap
import Text

/// One authentic callback as the survey reads it.
package struct SurveyedCallback: Sendable {
    /// Times of the first and of the newest delivery, in milliseconds since the epoch.
    package var receivedMilliseconds: Int64
    package var lastReceivedMilliseconds: Int64

    /// The number of deliveries of the same bytes.
    package var deliveries: Int64

    /// The path, body form and key with which the signature verified.
    package var path: String
    package var bodyForm: String
    package var keyFingerprint: String

    /// X-TIMESTAMP as received.
    package var timestamp: String

    /// The version in the request line, such as `HTTP/1.1`.
    package var httpVersion: String

    /// The header fields, spelled and ordered as received.
    package var fields: [(name: String, value: String)]
    /// The address of the client, after the evaluation of trusted proxies.
    package var client: String

    /// The code of the response.
    package var responseCode: String

    /// The fact that the callback states; nil if the body could not be read.
    package var fact: Fact?

    /// Which reference is the merchant's; nil unless a generate or query call corroborated the
    /// pair.
    package var corroboratedOrder: ReferenceOrder?
    package var body: [UInt8]

    package init(
        receivedMilliseconds: Int64,
        lastReceivedMilliseconds: Int64,
        deliveries: Int64,
        path: String,
        bodyForm: String,
        keyFingerprint: String,
        timestamp: String,
        httpVersion: String,
        fields: [(name: String, value: String)],
        client: String,
        responseCode: String,
        fact: Fact?,
        corroboratedOrder: ReferenceOrder?,
        body: [UInt8]
    ) {
        self.receivedMilliseconds = receivedMilliseconds
        self.lastReceivedMilliseconds = lastReceivedMilliseconds
        self.deliveries = deliveries
        self.path = path
        self.bodyForm = bodyForm
        self.keyFingerprint = keyFingerprint
        self.timestamp = timestamp
        self.httpVersion = httpVersion
        self.fields = fields
        self.client = client
        self.responseCode = responseCode
        self.fact = fact
        self.corroboratedOrder = corroboratedOrder
        self.body = body
    }

    /// The value of the first field with this name (case-insensitive).
    fileprivate func value(of name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// Statistics on the form of the gateway's callbacks: counts, never contents.
///
/// The member names are those of the report's JSON.
package struct CallbackSurvey: Encodable, Sendable {
    /// A path and body form with which signatures verified.
    struct SignatureForm: TallyKey {
        /// `completeURL` or `path`.
        let form: String
        let path: String
        let body: String
    }

    /// The number of callbacks counted.
    package private(set) var count = 0
    private var period = Period()
    private var signatures = Tally<SignatureForm>(valuesMax: 50)
    private var keys = Tally<SeenValue>(valuesMax: 50)
    private var members = MemberTally(documented: DocumentedMembers.callback)

    /// The number of bodies that are not a strict JSON object.
    private var unreadableBodies = 0
    private var headers = Tally<SeenValue>(valuesMax: 100)
    private var externalIds = Tally<ExternalIDForm>(valuesMax: 50)
    private var channelIds = Tally<SeenValue>(valuesMax: 20)
    private var times = Tally<TimeForm>(valuesMax: 50)

    /// Time of receipt minus X-TIMESTAMP.
    private var clockDifferenceMilliseconds = Spread()
    private var amounts = Tally<AmountForm>(valuesMax: 20)
    private var statuses = Tally<Spelling>(valuesMax: 20)

    /// The order of the references: `cash-in`, `snap`, or `undecided`.
    private var roles = Tally<SeenValue>(valuesMax: 3)
    private var repetitions = Redeliveries()
    private var clients = Tally<SeenValue>(valuesMax: 20)
    private var userAgents = Tally<SeenValue>(valuesMax: 20)
    private var httpVersions = Tally<SeenValue>(valuesMax: 10)
    private var answers = Tally<SeenValue>(valuesMax: 50)

    package init() {}

    /// Counts a callback; callbacks must be passed newest first.
    package mutating func count(_ callback: SurveyedCallback) {
        let now = callback.receivedMilliseconds
        let externalID = callback.value(of: "X-EXTERNAL-ID")
        count += 1
        period.count(now)
        countSignature(callback)
        for field in callback.fields { headers.count(SeenValue(field.name), atMilliseconds: now) }
        externalIds.count(ExternalIDForm(externalID), atMilliseconds: now)
        if let channelID = callback.value(of: "CHANNEL-ID") {
            channelIds.count(SeenValue(channelID), atMilliseconds: now)
        }
        if let userAgent = callback.value(of: "User-Agent") {
            userAgents.count(SeenValue(userAgent), atMilliseconds: now)
        }
        countTimestamp(callback)
        let order = callback.corroboratedOrder.map { $0 == .cashIn ? "cash-in" : "snap" }
        roles.count(SeenValue(order ?? "undecided"), atMilliseconds: now)
        repetitions.count(callback, externalID: externalID)
        clients.count(SeenValue(callback.client), atMilliseconds: now)
        httpVersions.count(SeenValue(callback.httpVersion), atMilliseconds: now)
        answers.count(SeenValue(callback.responseCode), atMilliseconds: now)
        countBody(callback)
    }

    private mutating func countSignature(_ callback: SurveyedCallback) {
        let form = SignatureForm(
            form: callback.path.contains("://") ? "completeURL" : "path",
            path: callback.path,
            body: callback.bodyForm
        )
        signatures.count(form, atMilliseconds: callback.receivedMilliseconds)
        keys.count(
            SeenValue(callback.keyFingerprint),
            atMilliseconds: callback.receivedMilliseconds
        )
    }

    private mutating func countTimestamp(_ callback: SurveyedCallback) {
        let now = callback.receivedMilliseconds
        times.count(TimeForm("X-TIMESTAMP", callback.timestamp), atMilliseconds: now)
        if let signed = Timestamp(rfc3339: Array(callback.timestamp.utf8).span) {
            clockDifferenceMilliseconds.count(now - signed.milliseconds)
        }
    }

    private mutating func countBody(_ callback: SurveyedCallback) {
        guard let root = try? JSONDocument(callback.body).root, root.kind == .object else {
            unreadableBodies += 1
            return
        }
        let now = callback.receivedMilliseconds
        members.count(root, atMilliseconds: now)
        for name in ["createdTime", "finishedTime"] {
            guard let time = root[name] else { continue }
            times.count(TimeForm(name, time.literal), atMilliseconds: now)
        }
        if let amount = root["amount"]?["value"] {
            amounts.count(AmountForm(amount), atMilliseconds: now)
        }
        if let status = root["latestTransactionStatus"] {
            statuses.count(Spelling(status), atMilliseconds: now)
        }
    }
}
