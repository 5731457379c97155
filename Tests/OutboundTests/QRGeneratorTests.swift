import CashIn
import HTTPCore
import Metrics
import Payments
import Snap
import Store
import Synchronization
import Testing

@testable import Outbound

/// One generate call for each reference, however many requests name it.
@Suite struct QRGeneratorTests {
    @Test func `a code is generated once, and stored`() async throws {
        try await OutboundScene.with { scene in
            scene.gateway.answer(.generate) { .generated($0) }
            let request = try scene.request("TRX-1")
            #expect(await scene.generator.generate(request).isGenerated)
            let transaction = try #require(try await scene.transaction("TRX-1"))
            #expect(transaction.status == .pending)
            #expect(transaction.referenceNo == "PAY-TRX-1")
            #expect(transaction.generation?.qrContent == Response.qrContent)
            #expect(await scene.generator.generate(request) == .stored)
            #expect(scene.gateway.calls == [.init(service: .generate, reference: "TRX-1")])
        }
    }

    @Test func `a request during the call waits for the same call`() async throws {
        try await OutboundScene.with { scene in
            scene.gateway.answer(.generate) { .generated($0) }
            scene.gateway.hold()
            let (same, other) = (try scene.request("TRX-1"), try scene.request("TRX-1", sen: 100))
            async let first = scene.generator.generate(same)
            await scene.reach { scene.gateway.calls.count == 1 }
            async let second = scene.generator.generate(same)
            async let third = scene.generator.generate(other)
            scene.gateway.releaseAll()
            #expect(await first.isGenerated)
            #expect(await second == .stored)
            #expect(await third == .refused(.otherContent))
            #expect(scene.gateway.calls.count == 1)
        }
    }

    @Test func `a call continues when its caller is cancelled`() async throws {
        try await OutboundScene.with { scene in
            scene.gateway.answer(.generate) { .generated($0) }
            scene.gateway.hold()
            let request = try scene.request("TRX-1")
            let caller = Task { await scene.generator.generate(request) }
            await scene.reach { scene.gateway.calls.count == 1 }
            caller.cancel()
            scene.gateway.releaseAll()
            await scene.generator.finish()
            #expect(try await scene.transaction("TRX-1")?.status == .pending)
        }
    }

    @Test func `what the gateway refuses may be generated again`() async throws {
        try await OutboundScene.with { scene in
            scene.gateway.answer(.generate) { _ in .generateRefused }
            let request = try scene.request("TRX-1")
            guard case .called(.notAccepted(let failure)) = await scene.generator.generate(request)
            else {
                Issue.record("it was accepted")
                return
            }
            #expect(failure.responseCode == "4004701")
            scene.gateway.answer(.generate) { .generated($0) }
            #expect(await scene.generator.generate(request).isGenerated)
            #expect(scene.gateway.queries.isEmpty)
        }
    }

    @Test func `a code that must not be shown is not`() async throws {
        try await OutboundScene.with { scene in
            scene.gateway.answer(.generate) { .generated($0) }
            // The gateway's code is over another amount.
            let request = try scene.request("TRX-1", sen: 2_000_000)
            guard case .called(.codeRefused) = await scene.generator.generate(request) else {
                Issue.record("the code was taken")
                return
            }
            #expect(try await scene.transaction("TRX-1")?.status == .pending, "it is payable")
            #expect(try await scene.transaction("TRX-1")?.generation?.qrContent == nil)
            #expect(await scene.generator.generate(request) == .refused(.codeMissing))
            #expect(scene.gateway.calls.count == 1)
        }
    }

    // MARK: An unknown outcome

    /// A generate call with an unknown result.
    private func unknown(_ scene: OutboundScene) async throws -> GenerationRequest {
        scene.gateway.answer(.generate) { _ in .generateFailed }
        let request = try scene.request("TRX-1")
        guard case .called(.unknown) = await scene.generator.generate(request) else {
            Issue.record("the outcome is known")
            return request
        }
        scene.gateway.answer(.generate) { .generated($0) }
        return request
    }

    @Test func `a second call needs a query that shows the first is unknown`() async throws {
        try await OutboundScene.with { scene in
            let request = try await unknown(scene)
            scene.gateway.answer(.query) { _ in .notFound }
            #expect(await scene.generator.generate(request).isGenerated)
            #expect(scene.gateway.calls.map(\.service) == [.generate, .query, .generate])
        }
    }

    @Test func `there is no second call when the gateway has the payment`() async throws {
        try await OutboundScene.with { scene in
            let request = try await unknown(scene)
            scene.gateway.answer(.query) { .found($0, .initiated) }
            #expect(await scene.generator.generate(request) == .refused(.codeMissing))
            #expect(try await scene.transaction("TRX-1")?.status == .pending)
            #expect(scene.gateway.calls.map(\.service) == [.generate, .query])
        }
    }

    @Test func `there is no second call while the gateway does not say`() async throws {
        try await OutboundScene.with { scene in
            let request = try await unknown(scene)
            for answer in [Response.unavailable, .unauthorized, Response(.ok)] {
                scene.gateway.answer(.query) { _ in answer }
                guard case .unanswered = await scene.generator.generate(request) else {
                    Issue.record("it was called again")
                    continue
                }
            }
            #expect(scene.gateway.calls.count { $0.service == .generate } == 1)
            // What it says of the gateway is known to the reconciler, too.
            for _ in 1...3 {
                scene.gateway.answer(.query) { _ in .unavailable }
                _ = await scene.generator.generate(request)
            }
            #expect(!scene.metrics.isGatewayUp)
        }
    }

    // MARK: What does not reach the gateway

    @Test func `a receiver that only receives generates nothing`() async throws {
        let receiveOnly = [
            "cashIn.privateKeyFile=null", "notify.confirmWithQuery=never",
            "reconcile.enabled=false",
        ]
        try await OutboundScene.with(receiveOnly) { scene in
            let outcome = await scene.generator.generate(try scene.request("TRX-1"))
            #expect(outcome == .receiveOnly)
            #expect(try await scene.transaction("TRX-1") == nil)
        }
    }

    private static let brokenGenerations = """
        CREATE TRIGGER broken BEFORE INSERT ON generations
        BEGIN SELECT json('broken'); END
        """

    @Test func `nothing is sent whose intent is not on disk`() async throws {
        try await OutboundScene.with { scene in
            try scene.execute(Self.brokenGenerations)
            let outcome = await scene.generator.generate(try scene.request("TRX-1"))
            guard case .storeFailed = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(scene.gateway.calls.isEmpty)
        }
    }

    @Test func `a code that cannot be stored at once is stored as soon as that works`()
        async throws
    {
        let failures = Mutex(0)
        let hooks = Store.Hooks(commitsFailed: { error in
            if error != nil { failures.withLock { $0 += 1 } }
        })
        try await OutboundScene.with(hooks: hooks) { scene in
            scene.gateway.answer(.generate) { .generated($0) }
            scene.gateway.hold()
            let request = try scene.request("TRX-1")
            async let outcome = scene.generator.generate(request)
            await scene.reach { scene.gateway.calls.count == 1 }
            try scene.execute(
                """
                CREATE TRIGGER broken BEFORE INSERT ON transitions
                BEGIN SELECT json('broken'); END
                """
            )
            scene.gateway.releaseAll()
            await scene.reach { failures.withLock { $0 } > 0 }
            try scene.execute("DROP TRIGGER broken")
            #expect(await outcome.isGenerated)
            #expect(try await scene.transaction("TRX-1")?.status == .pending)
        }
    }
}
