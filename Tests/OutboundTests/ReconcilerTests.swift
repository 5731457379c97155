import HTTPCore
import Ledger
import Metrics
import Payments
import Store
import Testing

@testable import Outbound

/// Which payments the reconciler queries, and when.
@Suite struct ReconcilerTests {
    /// Every code is due for a query one second after it was generated, and then every hour.
    private static let due = [
        "reconcile.whileOpenSeconds=[1]", "reconcile.scheduleSeconds=[0,3600,7200]",
        "reconcile.expireAfterSeconds=null",
    ]

    /// Nothing but one query, when the code can no longer be paid.
    private static let once = [
        "reconcile.whileOpenSeconds=[]", "reconcile.scheduleSeconds=[0]",
        "reconcile.expireAfterSeconds=null",
    ]

    private func makeDue(_ count: Int, _ scene: OutboundScene) async throws {
        for number in 1...count { try await scene.pending("TRX-\(number)") }
        scene.clocks.advance(wallSeconds: 10)
    }

    @Test func `what is due is queried, and the report of the gateway is recorded`() async throws {
        try await OutboundScene.with(Self.due) { scene in
            scene.gateway.answer(.query) { .found($0, .success) }
            try await scene.pending("TRX-1")
            scene.start()
            await scene.look()
            #expect(scene.gateway.calls.isEmpty, "not due yet")
            scene.clocks.advance(wallSeconds: 10)
            await scene.look()
            try await scene.reach(.success, of: "TRX-1")
            await scene.look()
            #expect(scene.gateway.calls == [.init(service: .query, reference: "TRX-1")])
        }
    }

    @Test func `half of the connections stay free for generate calls`() async throws {
        try await OutboundScene.with(Self.due + ["cashIn.maxConcurrentRequests=4"]) { scene in
            scene.gateway.answer(.query) { .found($0, .success) }
            scene.gateway.hold()
            try await makeDue(5, scene)
            scene.start()
            await scene.reach(queries: 2)
            await scene.look()
            #expect(scene.gateway.queries.count == 2)
            scene.gateway.release()
            await scene.reach(queries: 3)
            await scene.look()
            #expect(scene.gateway.queries.count == 3)
            scene.gateway.releaseAll()
            for number in 1...5 { try await scene.reach(.success, of: "TRX-\(number)") }
            #expect(Set(scene.gateway.queries).count == 5, "each once")
            #expect(scene.gateway.queries.count == 5)
        }
    }

    @Test func `a payment whose responses are unreadable does not delay others`() async throws {
        try await OutboundScene.with(Self.due) { scene in
            scene.gateway.answer(.query) {
                $0 == "TRX-1" ? Response(.ok) : .found($0, .success)
            }
            try await makeDue(4, scene)
            scene.start()
            for number in 2...4 { try await scene.reach(.success, of: "TRX-\(number)") }
            #expect(try await scene.transaction("TRX-1")?.status == .pending)
            #expect(scene.gateway.queries.count { $0 == "TRX-1" } == 1)
        }
    }

    // MARK: An outage

    @Test func `a gateway that is down is probed by one query at a time, ever less often`()
        async throws
    {
        try await OutboundScene.with(Self.due) { scene in
            scene.gateway.answer(.query) { _ in .unavailable }
            try await makeDue(5, scene)
            scene.start()
            await scene.reach { !scene.metrics.isGatewayUp }
            await scene.look()
            #expect(scene.gateway.queries.count == 3, "two failures are no outage")

            // The pauses: 1 s, then 2 s.
            for (seconds, count) in [(1, 4), (2, 5)] {
                scene.clocks.advance(.seconds(seconds) - .nanoseconds(1))
                await scene.look()
                #expect(scene.gateway.queries.count == count - 1)
                scene.clocks.advance(.nanoseconds(1))
                await scene.look()
                await scene.reach { await !scene.reconciler.isQuerying }
                await scene.look()
                #expect(scene.gateway.queries.count == count, "one at a time")
            }
        }
    }

    @Test func `a probe takes another payment than the last one, though that is due first`()
        async throws
    {
        try await OutboundScene.with(Self.due) { scene in
            scene.gateway.answer(.query) { _ in .unavailable }
            try await scene.pending("TRX-1")
            scene.start()
            for count in 1...3 {
                scene.clocks.advance(wallSeconds: 3_600)
                await scene.look()
                await scene.reach(queries: count)
                await scene.reach { await !scene.reconciler.isQuerying }
            }
            #expect(!scene.metrics.isGatewayUp)
            scene.clocks.advance(wallSeconds: 3_600)
            try await scene.pending("TRX-2")
            scene.clocks.advance(wallSeconds: 10)
            // Both are seen to be due before the pause ends.
            await scene.look()
            scene.clocks.advance(.seconds(1))
            await scene.look()
            await scene.reach(queries: 4)
            #expect(scene.gateway.queries == ["TRX-1", "TRX-1", "TRX-1", "TRX-2"])
        }
    }

    @Test func `an outage is on the attention list until the gateway is back`() async throws {
        try await OutboundScene.with(Self.due) { scene in
            scene.gateway.answer(.query) { _ in .unavailable }
            try await makeDue(4, scene)
            scene.start()
            await scene.reach { !scene.metrics.isGatewayUp }
            // Only an outage that lasts is reported.
            #expect(try await scene.attention().isEmpty)
            scene.clocks.advance(.seconds(61))
            await scene.look()
            try await scene.reach { try await scene.attention() == ["gateway-unreachable": 1] }

            scene.gateway.answer(.query) { .found($0, .success) }
            scene.clocks.advance(.seconds(61))
            // What failed is planned again meanwhile.
            scene.clocks.advance(wallSeconds: 3_600)
            await scene.look()
            for number in 1...4 { try await scene.reach(.success, of: "TRX-\(number)") }
            try await scene.reach { try await scene.attention().isEmpty }
            #expect(scene.metrics.isGatewayUp)
        }
    }

    @Test func `when the gateway is back, ended schedules are resumed`() async throws {
        try await OutboundScene.with(Self.once) { scene in
            scene.gateway.answer(.query) { .found($0, .success) }
            try await scene.abandoned("TRX-1")
            scene.start()
            await scene.look()
            #expect(scene.gateway.queries.isEmpty)
            try await scene.store.raise(.gatewayUnreachable, detail: "test")
            // A client queries another payment, and the gateway answers.
            try await scene.pending("TRX-2")
            let reference = try #require(Reference("TRX-2"))
            let inquiry = try await scene.store.reader.inquiry(reference)
            let attempt = try await scene.query(inquiry)
            await scene.reconciler.record(attempt, about: inquiry.partnerReferenceNo)
            try await scene.reach(.success, of: "TRX-1")
            #expect(scene.gateway.queries == ["TRX-2", "TRX-1"])
            #expect(try await scene.attention()["gateway-unreachable"] == nil)
        }
    }

    @Test(arguments: [true, false])
    func `at the start, schedules that ended in an outage are resumed`(
        wasOut: Bool
    ) async throws {
        try await OutboundScene.with(Self.once) { scene in
            scene.gateway.answer(.query) { .found($0, .success) }
            try await scene.abandoned("TRX-1")
            if wasOut { try await scene.store.raise(.gatewayUnreachable, detail: "test") }
            scene.start()
            if wasOut { try await scene.reach(.success, of: "TRX-1") }
            await scene.look()
            #expect(scene.gateway.queries == (wasOut ? ["TRX-1"] : []))
        }
    }

    @Test func `two payments answered 401 pause the queries, with one entry`() async throws {
        try await OutboundScene.with(Self.due) { scene in
            scene.gateway.answer(.query) { _ in .unauthorized }
            try await makeDue(4, scene)
            scene.start()
            try await scene.reach { try await scene.attention() == ["gateway-unauthorized": 1] }
            await scene.look()
            #expect(scene.gateway.queries.count == 2)
        }
    }

    // MARK: A failure of our own

    @Test func `a result that cannot be written is queried again after a wait`() async throws {
        try await OutboundScene.with(Self.due) { scene in
            scene.gateway.answer(.query) { .found($0, .success) }
            try await makeDue(1, scene)
            try scene.execute(
                """
                CREATE TRIGGER broken BEFORE INSERT ON gateway_calls
                BEGIN SELECT json('broken'); END
                """
            )
            scene.start()
            // The waits: 5 s, then 10 s.
            for (count, seconds) in [(1, 5), (2, 10)] {
                await scene.reach(queries: count)
                await scene.reach { await !scene.reconciler.isQuerying }
                await scene.look()
                scene.clocks.advance(.seconds(seconds) - .nanoseconds(1))
                await scene.look()
                #expect(scene.gateway.queries.count == count)
                if count == 2 { try scene.execute("DROP TRIGGER broken") }
                scene.clocks.advance(.nanoseconds(1))
                await scene.look()
            }
            try await scene.reach(.success, of: "TRX-1")
            #expect(scene.gateway.queries.count == 3)
        }
    }

    @Test func `a database that cannot be read is logged once, and once when it can be again`()
        async throws
    {
        try await OutboundScene.with(Self.due) { scene in
            scene.gateway.answer(.query) { .found($0, .success) }
            try await makeDue(1, scene)
            let recovery = "the reconciler can use the database again"
            // From the start on, and then while the loop runs.
            for outage in 1...2 {
                try scene.execute("ALTER TABLE inquiries RENAME TO hidden")
                if outage == 1 { scene.start() }
                for _ in 1...3 { await scene.look() }
                #expect(scene.store.commitFailure == nil, "commits do not fail")
                let warnings = scene.log.lines(containing: "level=warning")
                #expect(warnings.count == outage, "\(warnings)")
                #expect(warnings.last?.contains("the reconciler cannot use the database") == true)
                #expect(warnings.last?.contains("no such table: inquiries") == true)
                #expect(scene.log.lines(containing: recovery).count == outage - 1)

                try scene.execute("ALTER TABLE hidden RENAME TO inquiries")
                await scene.look()
                try await scene.reach(.success, of: "TRX-1")
                await scene.reach { await !scene.reconciler.isQuerying }
                for _ in 1...3 { await scene.look() }
                let recoveries = scene.log.lines(containing: recovery)
                #expect(recoveries.count == outage, "\(recoveries)")
                #expect(recoveries.last?.contains("level=info") == true)
                #expect(scene.log.lines(containing: "level=warning").count == outage)
            }
        }
    }

    @Test(arguments: ["attention", "inquiries"])
    func `what the database refused at the start and at a recovery is done later`(
        table: String
    ) async throws {
        try await OutboundScene.with(Self.once) { scene in
            scene.gateway.answer(.query) { .found($0, .success) }
            try await scene.abandoned("TRX-1")
            try await scene.store.raise(.gatewayUnreachable, detail: "test")
            try scene.execute(
                """
                CREATE TRIGGER broken BEFORE UPDATE ON attention
                WHEN OLD.kind = 'gateway-unreachable'
                BEGIN SELECT json('broken'); END
                """
            )
            // The loop cannot find out whether there was an outage, or cannot resume.
            try scene.execute("ALTER TABLE \(table) RENAME TO hidden")
            scene.start()
            await scene.look()
            try scene.execute("ALTER TABLE hidden RENAME TO \(table)")
            await scene.look()
            try await scene.reach(.success, of: "TRX-1")
            // The gateway has answered, but the entry could not be closed.
            await scene.reach { await !scene.reconciler.isQuerying }
            #expect(try await scene.attention() == ["gateway-unreachable": 1])
            try scene.execute("DROP TRIGGER broken")
            await scene.look()
            try await scene.reach { try await scene.attention().isEmpty }
        }
    }

    // MARK: Orders

    @Test func `without reconciling only what is ordered is queried`() async throws {
        try await OutboundScene.with(Self.due + ["reconcile.enabled=false"]) { scene in
            scene.gateway.answer(.query) { .found($0, .success) }
            try await scene.pending("TRX-1")
            scene.clocks.advance(wallSeconds: 100_000)
            scene.start()
            // It needs manual review.
            try await scene.reach { try await scene.attention() == ["unresolved-payment": 1] }
            #expect(scene.gateway.queries.isEmpty)
            #expect(try await scene.reconciler.reconcile() == 1)
            try await scene.reach(.success, of: "TRX-1")
        }
    }

    @Test func `an order ends a pause`() async throws {
        try await OutboundScene.with(Self.due) { scene in
            scene.gateway.answer(.query) { _ in .unavailable }
            try await makeDue(4, scene)
            scene.start()
            await scene.reach { !scene.metrics.isGatewayUp }
            await scene.look()
            #expect(scene.gateway.queries.count == 3)
            scene.gateway.answer(.query) { .found($0, .success) }
            #expect(try await scene.reconciler.reconcile() >= 1)
            try await scene.reach(.success, of: "TRX-4")
        }
    }

    @Test func `a stop during a pass moves no payment to the attention list`() async throws {
        try await OutboundScene.with(Self.due) { scene in
            try await makeDue(1, scene)
            let now = scene.clocks.milliseconds
            scene.clocks.onNextRead { scene.beginStop() }
            scene.start()
            await scene.reach { scene.clocks.passes > 0 }
            await scene.stop()
            #expect(try await scene.attention().isEmpty)
            #expect(try await scene.store.reader.dueInquiryCount(at: now) == 1)
        }
    }

    @Test func `an order after the stop fails`() async throws {
        try await OutboundScene.with { scene in
            scene.start()
            await scene.look()
            await scene.stop()
            await #expect(throws: StoreError.self) { try await scene.reconciler.reconcile() }
        }
    }
}

extension Reconciler {
    /// Whether a query is under way, or its result is not recorded yet.
    fileprivate var isQuerying: Bool { !attempts.isEmpty }
}
