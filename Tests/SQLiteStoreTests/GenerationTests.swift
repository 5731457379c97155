import Ledger
import Payments
import SQLite
import Support
import Testing

@testable import SQLiteStore
@testable import Store

/// Generate outcomes of contract section 5, from the intent to the repeat.
@Suite struct GenerationTests {
    /// How a call may end, and what is then stored.
    struct Ending: Sendable, CustomTestStringConvertible {
        let result: GenerationResult
        let status: TransactionStatus
        let state: GenerationState
        let qrContent: String?
        let lastError: String?
        let attention: [String]

        /// Seconds until the gateway is asked, by the schedule; nil when it is not.
        let queried: Int64?
        let repeated: GenerationStart
        let testDescription: String
    }

    private static func reference(_ text: String) throws -> Reference {
        try #require(Reference(text))
    }

    static func endings() throws -> [Ending] {
        let reference = try reference("PAY-1")
        return [
            Ending(
                result: .accepted(referenceNo: reference, qrContent: "0002", warnings: []),
                status: .pending,
                state: .accepted,
                qrContent: "0002",
                lastError: nil,
                attention: [],
                queried: 60,
                repeated: .stored,
                testDescription: "accepted"
            ),
            Ending(
                result: .codeRefused(referenceNo: reference, problem: .checksum),
                status: .pending,
                state: .codeMissing,
                qrContent: nil,
                lastError: QRISProblem.checksum.description,
                attention: ["qr-refused×1"],
                queried: 60,
                repeated: .refused(.codeMissing),
                testDescription: "its code refused"
            ),
            Ending(
                result: .notAccepted("4004701"),
                status: .created,
                state: .notAccepted,
                qrContent: nil,
                lastError: "4004701",
                attention: [],
                queried: nil,
                repeated: .started,
                testDescription: "not accepted"
            ),
            Ending(
                result: .unknown("timeout"),
                status: .created,
                state: .unknown,
                qrContent: nil,
                lastError: "timeout",
                attention: [],
                queried: 0,
                repeated: .unknown,
                testDescription: "unknown"
            ),
        ]
    }

    @Test func `the intent is on disk and queried about before the gateway is called`() async throws
    {
        let test = try await TestStore.asking()
        #expect(try await test.begin() == .started)
        let transaction = try #require(try await test.transaction("TRX-1"))
        #expect(transaction.status == .created)
        #expect(transaction.referenceNo == nil)
        #expect(transaction.amount == Amount(sen: 1_000_000))
        #expect(transaction.origin == .generate)
        #expect(!transaction.isCorroborated)
        #expect(transaction.lastSequence == 0)
        #expect(transaction.generation?.state == .underWay)
        #expect(transaction.generation?.expiresMilliseconds == TestClock.start + 900_000)
        #expect(try await test.feed().isEmpty, "created is not in the feed")
        #expect(try await test.due().isEmpty, "not while the call lasts")
        #expect(try await test.wait() == 600_000, "should nobody live to write its answer")
    }

    @Test(arguments: try endings())
    func `every outcome is stored with what follows from it`(_ ending: Ending) async throws {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.end("TRX-1", ending.result)
        let transaction = try #require(try await test.transaction("TRX-1"))
        #expect(transaction.status == ending.status)
        #expect(transaction.referenceNo == (ending.status == .pending ? "PAY-1" : nil))
        #expect(transaction.isCorroborated == (ending.status == .pending))
        #expect(transaction.generation?.state == ending.state)
        #expect(transaction.generation?.qrContent == ending.qrContent)
        #expect(transaction.generation?.lastError == ending.lastError)
        #expect(try await test.attention() == ending.attention)
        let feed = ending.status == .pending ? ["1 created>pending generate -"] : []
        #expect(try await test.feedText() == feed)
        if let seconds = ending.queried {
            let next = try #require(transaction.nextQueryMilliseconds) - TestClock.start
            #expect((seconds * 900...seconds * 1_100).contains(next))
        } else {
            #expect(transaction.nextQueryMilliseconds == nil)
            #expect(try test.inquiryCount() == 0)
        }
        #expect(try await test.begin() == ending.repeated)
    }

    @Test(arguments: try endings())
    func `what is stored of a call survives a restart`(_ ending: Ending) async throws {
        let first = try await TestStore.asking()
        try await first.begin()
        try await first.end("TRX-1", ending.result)
        let before = try await first.transaction("TRX-1")
        let test = try await first.restarted()
        #expect(try await test.transaction("TRX-1") == before)
        #expect(try await test.begin() == ending.repeated)
    }

    @Test(arguments: [
        (TestGeneration { $0.sen = 2_000_000 }, "amount"),
        (TestGeneration { $0.feeSen = 100 }, "fee"),
        (TestGeneration { $0.validity = .seconds(900) }, "said, though it is the default"),
        (TestGeneration { $0.validity = .until(TestClock.start + 900_000) }, "the same time"),
    ])
    func `content is compared by value, as it was given`(
        other: TestGeneration,
        what: String
    ) async throws {
        let test = try await TestStore.asking()
        try await test.generate()
        test.clock.advance(seconds: 5)
        #expect(try await test.begin() == .stored, "the same, though it would end later")
        #expect(try await test.begin { $0 = other } == .refused(.otherContent), "\(what)")
        let stored = try #require(try await test.transaction("TRX-1"))
        #expect(stored.amount == Amount(sen: 1_000_000))
        #expect(stored.generation?.expiresMilliseconds == TestClock.start + 900_000)
    }

    @Test func `a gateway number that another payment has needs attention`() async throws {
        let test = try await TestStore.asking()
        try await test.generate()
        #expect(try await test.begin { $0.reference = "TRX-2" } == .started)
        try await test.accept("TRX-2", as: "PAY-1")
        #expect(try await test.attention() == ["reference-mismatch×1"])
        #expect(try await test.transaction("TRX-2")?.status == .pending)
        #expect(try await test.transaction("TRX-1")?.attention == [])
    }

    @Test func `the same content is stored even after its time`() async throws {
        let test = try await TestStore.asking()
        let until = TestClock.start + 900_000
        try await test.generate { $0.validity = .until(until) }
        test.clock.advance(seconds: 1_000)
        let again = try await test.begin {
            $0.validity = .until(until)
            $0.seconds = -100
        }
        #expect(again == .stored)
    }

    @Test(arguments: [(0 as Int64, false), (-1, false), (1, true)])
    func `a code whose time is over is not queried for`(seconds: Int64, isBegun: Bool) async throws
    {
        let test = try await TestStore.asking()
        let start = try await test.begin { $0.seconds = seconds }
        #expect(start == (isBegun ? .started : .refused(.validityOver)))
        #expect((try await test.transaction("TRX-1") != nil) == isBegun)
    }

    @Test func `a reference first heard of otherwise is not generated`() async throws {
        let test = try await TestStore.asking { $0.confirmWithQuery = .never }
        try await test.deliver { _ in }
        #expect(try await test.begin() == .refused(.createdOtherwise))
        let other = try await test.begin { $0.reference = "PAY-1" }
        #expect(other == .refused(.createdOtherwise), "which is the merchant's was a guess")
        try await test.query("TRX-2", TestAnswer(.pending) { $0.partner = "TRX-2" })
        #expect(try await test.begin { $0.reference = "TRX-2" } == .refused(.createdOtherwise))
    }

    // MARK: Repeats

    @Test func `what was not accepted is begun anew with any content`() async throws {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.end("TRX-1", .notAccepted("no connection"))
        test.clock.advance(seconds: 100)
        let again = try await test.begin {
            $0.sen = 2_000_000
            $0.feeSen = 100
            $0.validity = .seconds(60)
            $0.seconds = 60
        }
        #expect(again == .started)
        let begun = try #require(try await test.transaction("TRX-1"))
        #expect(begun.id == 1)
        #expect(begun.amount == Amount(sen: 2_000_000))
        #expect(begun.generation?.feeAmount == Amount(sen: 100))
        #expect(begun.generation?.lastError == nil)
        #expect(begun.generation?.expiresMilliseconds == TestClock.start + 160_000)
        #expect(begun.nextQueryMilliseconds == TestClock.start + 700_000)
        try await test.accept()
        #expect(try await test.feedText() == ["1 created>pending generate -"])
        #expect(try await test.feed().first?.amount == Amount(sen: 2_000_000))
    }

    @Test func `an unknown one is begun anew once the gateway knows nothing of it`() async throws {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.end("TRX-1", .unknown("timeout"))
        #expect(try await test.begin() == .unknown)
        #expect(try await test.begin { $0.sen = 5 } == .refused(.otherContent))
        try await test.query("TRX-1", .nothing)
        let other = try await test.begin(isConfirmedUnknown: true) { $0.sen = 5 }
        #expect(other == .refused(.otherContent))
        #expect(try await test.begin(isConfirmedUnknown: true) == .started)
        #expect(try await test.transaction("TRX-1")?.generation?.state == .underWay)
    }

    @Test func `an unknown one that the gateway has is lost and followed`() async throws {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.end("TRX-1", .unknown("timeout"))
        try await test.query("TRX-1", TestAnswer(.initiated))
        #expect(try await test.transaction("TRX-1")?.status == .pending)
        for isConfirmed in [false, true] {
            let again = try await test.begin(isConfirmedUnknown: isConfirmed)
            #expect(again == .refused(.codeMissing))
        }
        #expect(try await test.wait() != nil)
        #expect(try await test.feedText() == ["1 created>pending query -"])
    }

    @Test func `a call whose end could not be written is queried about like an unknown one`()
        async throws
    {
        let test = try await TestStore.asking()
        try await test.begin()
        #expect(try await test.begin() == .unknown)
        #expect(try await test.begin(isConfirmedUnknown: true) == .started)
    }

    // MARK: Restarts

    @Test func `a call under way when the program ended is queried about at once`() async throws {
        let before = try await TestStore.asking()
        try await before.begin()
        before.clock.advance(seconds: 5)
        let test = try await before.restarted()
        let generation = try await test.transaction("TRX-1")?.generation
        #expect(generation?.state == .unknown)
        #expect(generation?.lastError == "the process ended during the call")
        #expect(try await test.onlyDue().partnerReferenceNo.text == "TRX-1")
        #expect(try await test.begin() == .unknown)
        try await test.answer(.initiated)
        #expect(try await test.feedText() == ["1 created>pending query -"])
    }

    @Test func `a callback that waited for a call still waits after the restart`() async throws {
        let before = try await TestStore.asking()
        try await before.begin()
        try await before.deliver { _ in }
        let test = try await before.restarted()
        try await test.answer(.success)
        #expect(try await test.feedText() == ["1 created>success query 1"])
        #expect(try await test.callback(1).outcome == .applied)
    }

    @Test func `a call is kept byte for byte beside its payment`() async throws {
        let test = try await TestStore.asking()
        try await test.begin()
        let exchange = GatewayCall(
            service: 47,
            partnerReferenceNo: "TRX-1",
            externalID: "1",
            timestamp: "T",
            signedPath: "",
            signature: "",
            requestHead: [2],
            requestBody: [0, 255],
            responseStatus: 200,
            responseHead: [3],
            responseBody: [4, 0],
            error: nil,
            startedMilliseconds: 5,
            finishedMilliseconds: 6
        )
        try await test.store.finishGeneration(
            try Self.reference("TRX-1"),
            .unknown("timeout"),
            exchange
        )
        let kept = try await test.store.reader.gatewayCalls([1])
        #expect(kept.map(\.call) == [exchange])
        #expect(try test.integer("SELECT payment_id FROM gateway_calls") == 1)
    }
}
