import Ledger
import Payments
import Testing

@testable import SQLiteStore
@testable import Store

/// What a test's gateway answers to a query; by default that TRX-1 is paid under PAY-1.
struct TestAnswer {
    var partner = "TRX-1"
    var reference: String? = "PAY-1"
    var status = LatestTransactionStatus.success
    var sen: Int64? = 1_000_000
    var paidAt: String?

    /// The number that it was asked about; nil when that is ``partner``.
    var queried: String?

    init(_ status: LatestTransactionStatus, _ change: (inout TestAnswer) -> Void = { _ in }) {
        self.status = status
        change(&self)
    }

    var outcome: QueryResult {
        get throws {
            let report = GatewayReport(
                partnerReferenceNo: try #require(Reference(partner)),
                referenceNo: reference.flatMap { Reference($0) },
                status: status,
                amount: sen.flatMap { Amount(sen: $0) }.map { .exact($0) },
                paidAt: paidAt.map { GatewayTime(text: $0, milliseconds: nil) }
            )
            let queried = try #require(Reference(queried ?? partner))
            return .found(report, queried: queried, responseCode: "2005100")
        }
    }
}

extension InquirySchedule {
    /// The standard one, under which unpaid codes stay open.
    static var withoutExpiry: InquirySchedule {
        var schedule = InquirySchedule()
        schedule.expireAfterSeconds = nil
        return schedule
    }
}

extension QueryResult {
    /// The gateway knows of no such payment.
    static let nothing = QueryResult.notFound(responseCode: "4045101")
}

extension TestStore {
    /// A store whose gateway can be asked, and is asked about unproven callbacks.
    static func asking(
        schedule: InquirySchedule = .withoutExpiry,
        _ change: (inout LedgerPolicy) -> Void = { _ in }
    ) async throws -> TestStore {
        try await TestStore(schedule: schedule) {
            $0.isOutbound = true
            $0.confirmWithQuery = .unproven
            change(&$0)
        }
    }

    /// The same, with a schedule of these offsets.
    static func asking(
        at seconds: [Int],
        _ change: (inout LedgerPolicy) -> Void = { _ in }
    ) async throws -> TestStore {
        var schedule = InquirySchedule.withoutExpiry
        schedule.scheduleSeconds = seconds
        return try await asking(schedule: schedule, change)
    }

    /// The same after a restart of the program.
    func restarted() async throws -> TestStore {
        try await reopened {
            $0.isOutbound = true
            $0.confirmWithQuery = .unproven
        }
    }

    /// What is due to be asked by the test's clock.
    func due() async throws -> [Inquiry] {
        try await store.reader.inquiries(dueAt: clock.now, limit: 100)
    }

    /// The only inquiry that is due.
    func onlyDue() async throws -> Inquiry {
        let due = try await due()
        try #require(due.count == 1, "due: \(due.map(\.partnerReferenceNo.text))")
        return due[0]
    }

    /// Milliseconds until something is due that is not due yet; nil when nothing is planned.
    func wait() async throws -> Int64? {
        try await store.reader.nextInquiry(after: clock.now).map { $0 - clock.now }
    }

    /// Sets the clock to when something is due next, and returns the seconds since `start`.
    @discardableResult
    func waitForNext(since start: Int64 = TestClock.start) async throws -> Int64 {
        clock.set(try #require(try await store.reader.nextInquiry(after: clock.now)))
        return (clock.now - start) / 1_000
    }

    @discardableResult
    func record(
        _ inquiry: Inquiry,
        _ outcome: QueryResult
    ) async throws -> QueryReceipt {
        try await store.record(inquiry, outcome, [])
    }

    @discardableResult
    func record(_ inquiry: Inquiry, _ answer: TestAnswer) async throws -> QueryReceipt {
        try await record(inquiry, try answer.outcome)
    }

    /// Answers the only inquiry that is due.
    @discardableResult
    func answer(
        _ status: LatestTransactionStatus,
        _ change: (inout TestAnswer) -> Void = { _ in }
    ) async throws -> QueryReceipt {
        try await record(try await onlyDue(), TestAnswer(status, change))
    }

    @discardableResult
    func answer(_ outcome: QueryResult) async throws -> QueryReceipt {
        try await record(try await onlyDue(), outcome)
    }

    /// Somebody asks out of turn.
    @discardableResult
    func query(_ reference: String, _ answer: TestAnswer) async throws -> QueryReceipt {
        try await query(reference, try answer.outcome)
    }

    @discardableResult
    func query(
        _ reference: String,
        _ outcome: QueryResult
    ) async throws -> QueryReceipt {
        let inquiry = try await store.reader.inquiry(try #require(Reference(reference)))
        return try await record(inquiry, outcome)
    }

    /// How many inquiries are on disk.
    func inquiryCount() throws -> Int64? { try integer("SELECT count(*) FROM inquiries") }

    /// The feed as `sequence from>to source callback`, with `-` for none.
    func feedText() async throws -> [String] {
        try await feed().map { transition in
            let from = transition.from?.word ?? "-"
            let callback = transition.callbackID.map { "\($0)" } ?? "-"
            return "\(transition.sequence) \(from)>\(transition.to.word) "
                + "\(transition.source.word) \(callback)"
        }
    }
}

/// A test's request to generate; by default TRX-1 over 10000.00, payable for 15 minutes.
struct TestGeneration {
    var reference = "TRX-1"
    var sen: Int64 = 1_000_000
    var feeSen: Int64 = 0
    var validity = Validity.standard
    var seconds: Int64 = 900

    init(_ change: (inout TestGeneration) -> Void = { _ in }) { change(&self) }

    func request(at now: Int64) throws -> GenerationRequest {
        GenerationRequest(
            partnerReferenceNo: try #require(Reference(reference)),
            content: GenerationContent(
                amount: try #require(Amount(sen: sen)),
                feeAmount: try #require(Amount(sen: feeSen)),
                validity: validity
            ),
            validityPeriod: "2026-11-22T10:15:00+07:00",
            expiresMilliseconds: now + seconds * 1_000
        )
    }
}

extension TestStore {
    @discardableResult
    func begin(
        isConfirmedUnknown: Bool = false,
        _ change: (inout TestGeneration) -> Void = { _ in }
    ) async throws -> GenerationStart {
        try await store.startGeneration(
            try TestGeneration(change).request(at: clock.now),
            isConfirmedUnknown: isConfirmedUnknown
        )
    }

    func end(_ reference: String = "TRX-1", _ result: GenerationResult) async throws {
        try await store.finishGeneration(try #require(Reference(reference)), result, nil)
    }

    /// Ends the call with success, under this number of the gateway.
    func accept(_ reference: String = "TRX-1", as gateway: String = "PAY-1") async throws {
        let referenceNo = try #require(Reference(gateway))
        try await end(
            reference,
            .accepted(referenceNo: referenceNo, qrContent: "0002", warnings: [])
        )
    }

    /// A payment that was generated without trouble.
    func generate(_ change: (inout TestGeneration) -> Void = { _ in }) async throws {
        #expect(try await begin(change) == .started)
        try await accept(TestGeneration(change).reference)
    }
}
