import Ledger
import Payments
import Support
import Synchronization
import Testing

@testable import PostgreSQLStore
@testable import Store

/// Work of which each piece is one receiver's at a time.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: TestDatabase.isPostgreSQL, "one receiver locks a database of SQLite")
)
struct ClaimTests {
    private static func close(_ stores: [TestStore]) async {
        for store in stores { await store.store.close() }
    }

    @Test func `of claims made at once by two, one is granted for each piece`() async throws {
        let stores = try await TestStore.two()
        let works = (1...30).map { SharedWork.inquiry($0) }
        async let first = stores[0].store.claim(works, forSeconds: 60)
        async let second = stores[1].store.claim(works.reversed(), forSeconds: 60)
        let claims = try await [first, second]
        #expect(claims.map(\.count).reduce(0, +) == works.count)
        #expect(Set(claims.joined().map(\.work)) == Set(works))
        #expect(Set(claims.joined().map(\.fence)).count == works.count)
        await Self.close(stores)
    }

    @Test func `a released claim is free, and its number is no longer accepted`() async throws {
        let stores = try await TestStore.two()
        let (own, other) = (stores[0].store, stores[1].store)
        let claim = try #require(try await own.claim([.alerts], forSeconds: 60).first)
        #expect(claim.lasts(.seconds(50)) && !claim.lasts(.seconds(60)))
        #expect(try await other.claim([.alerts], forSeconds: 60).isEmpty)
        #expect(try await own.renew(claim, forSeconds: 60)?.fence == claim.fence)
        try await own.release(claim)
        let next = try #require(try await other.claim([.alerts], forSeconds: 60).first)
        #expect(next.fence > claim.fence)
        #expect(try await own.renew(claim, forSeconds: 60) == nil)
        var change = AlertChange(alert: "ops")
        change.added = [1]
        #expect(try await !own.record(change, under: claim))
        #expect(try await other.record(change, under: next))
        try await own.release(claim)
        #expect(try await own.claim([.alerts], forSeconds: 60).isEmpty, "released the other's")
        await Self.close(stores)
    }

    @Test func `the claim of one that has ended is over after its time`() async throws {
        let stores = try await TestStore.two()
        let work = SharedWork.inquiry(1)
        let lost = try #require(try await stores[0].store.claim([work], forSeconds: 1).first)
        // Its own claim is made again at once: it knows that the work is over.
        let again = try #require(try await stores[0].store.claim([work], forSeconds: 1).first)
        #expect(again.fence > lost.fence)
        var taken: WorkClaim?
        while taken == nil {
            taken = try await stores[1].store.claim([work], forSeconds: 60).first
        }
        #expect(!again.lasts(.zero), "while its owner relied on it")
        #expect(try #require(taken).fence > again.fence)
        await Self.close(stores)
    }

    @Test func `a result is recorded by the one that has the claim`() async throws {
        let stores = try await TestStore.two()
        let (own, other) = (stores[0].store, stores[1].store)
        try await stores[0].deliver { $0.setReferences(1) }
        let name = try await stores[0].feed().first?.partnerReferenceNo
        let reference = try #require(Reference(name ?? ""))
        let inquiry = try await own.reader.inquiry(reference)
        let work = SharedWork.inquiry(try #require(inquiry.paymentID))
        let lost = try #require(try await own.claim([work], forSeconds: 0).first)
        var taken: WorkClaim?
        while taken == nil { taken = try await other.claim([work], forSeconds: 60).first }
        #expect(try await !own.record(inquiry, .unavailable, [], ending: lost))
        let claim = try #require(taken)
        #expect(try await other.record(inquiry, .unavailable, [], ending: claim))
        #expect(try await !other.record(inquiry, .unavailable, [], ending: claim), "ended")
        await Self.close(stores)
    }

    @Test func `a generate call of another receiver is under way until its claim is over`()
        async throws
    {
        let stores = try await TestStore.two()
        let request = try TestGeneration().request(at: TestClock.start)
        let work = SharedWork.generation(request.partnerReferenceNo)
        let claim = try #require(try await stores[0].store.claim([work], forSeconds: 60).first)
        #expect(try await stores[0].store.startGeneration(request) == .started)
        // One that starts, the one itself, and one that looks again.
        let third = try await TestStore(at: stores[0].address)
        for store in [third, stores[0], stores[1]] { try await store.store.recoverGenerations() }
        #expect(try await stores[1].store.reader.interruptedGenerations().count == 1)
        try await stores[0].store.release(claim)
        try await stores[1].store.recoverGenerations()
        #expect(try await stores[1].store.reader.interruptedGenerations().isEmpty)
        await Self.close(stores + [third])
    }

    // MARK: What is known of claims

    @Test func `time counts from the first sight of an unchanged claim`() {
        let clock = Mutex<UInt64>(0)
        let known = KnownClaims { clock.withLock { $0 } }
        let pass = { (seconds: UInt64) in clock.withLock { $0 += seconds * 1_000_000_000 } }
        let lasts = { (renewals: Int64) in
            let claim = SeenClaim(
                work: "alerts",
                owner: "other",
                fence: 7,
                renewals: renewals,
                seconds: 60
            )
            return known.lasting(among: [claim], includingOwn: true) == ["alerts"]
        }
        pass(1_000)
        #expect(lasts(0))
        pass(59)
        #expect(lasts(0))
        #expect(lasts(1), "renewed")
        pass(59)
        #expect(lasts(1))
        pass(1)
        #expect(!lasts(1))
        #expect(lasts(1), "whoever could not use it waits again")
    }
}
