import Ledger
import Payments
import SQLite
import Support
import Testing

@testable import SQLiteStore
@testable import Store

/// What is erased of gateway calls, what stays, and that an overview counts them.
@Suite struct CallRetentionTests {
    private static let remainder = ErasedGatewayCall(
        requestDigest: [UInt8](repeating: 1, count: 32),
        responseDigest: [UInt8](repeating: 2, count: 32)
    )
    private static let unanswered = ErasedGatewayCall(
        requestDigest: [UInt8](repeating: 3, count: 32),
        responseDigest: nil
    )

    private func call(_ finished: Int64, hasResponse: Bool) -> GatewayCall {
        GatewayCall(
            service: 51,
            partnerReferenceNo: "TRX-1",
            externalID: "1",
            timestamp: "T",
            signedPath: "/api",
            signature: "c2ln",
            requestHead: Array("POST /api HTTP/1.1\r\n\r\n".utf8),
            requestBody: [1, 2, 3],
            responseStatus: hasResponse ? 200 : nil,
            responseHead: hasResponse ? Array("HTTP/1.1 200 OK\r\n\r\n".utf8) : nil,
            responseBody: hasResponse ? [4, 5] : nil,
            error: hasResponse ? nil : "timed out",
            startedMilliseconds: finished - 100,
            finishedMilliseconds: finished
        )
    }

    /// A store with one call that was answered and, a day later, one that was not.
    private func store() async throws -> TestStore {
        let test = try await TestStore.asking()
        let inquiry = try await test.store.reader.inquiry(try #require(Reference("TRX-1")))
        let calls = [
            call(TestClock.start, hasResponse: true),
            call(TestClock.start + 86_400_000, hasResponse: false),
        ]
        _ = try await test.store.record(inquiry, .nothing, calls)
        return test
    }

    @Test func `a call keeps its facts when its bytes are erased, once`() async throws {
        let test = try await store()
        let before = try await test.store.reader.gatewayCalls([1, 2])
        #expect(before.map(\.erased) == [nil, nil])
        _ = try await test.store.erase([(1, Self.remainder), (2, Self.unanswered)])
        let other = ErasedGatewayCall(requestDigest: [], responseDigest: nil)
        _ = try await test.store.erase([(1, other), (3, other)])
        for isReopened in [false, true] {
            let test = isReopened ? try await test.reopened() : test
            let after = try await test.store.reader.gatewayCalls([1, 2])
            #expect(after.map(\.erased) == [Self.unanswered, Self.remainder])
            for (call, earlier) in zip(after, before) {
                #expect(call.call.requestHead.isEmpty && call.call.requestBody.isEmpty)
                #expect(call.call.responseBody == nil)
                #expect(call.call.signature == earlier.call.signature)
                #expect(call.call.responseStatus == earlier.call.responseStatus)
                #expect(call.call.error == earlier.call.error)
                #expect(call.call.finishedMilliseconds == earlier.call.finishedMilliseconds)
            }
            #expect(try test.integer("SELECT count(*) FROM gateway_call_contents") == 0)
        }
    }

    @Test func `the bytes of old calls are read, with the size of all`() async throws {
        let test = try await store()
        let reader = test.store.reader
        let later = TestClock.start + 172_800_000
        let plan = try await reader.erasurePlan(before: later)
        #expect(plan.gatewayCalls == [1..<3])
        let old = try await reader.gatewayCallBytes(
            in: 1..<3,
            before: TestClock.start + 1,
            limit: 10
        )
        #expect(old.map(\.id) == [1])
        #expect(old[0].requestBody == [1, 2, 3] && old[0].responseBody == [4, 5])
        // Both bodies, the head of the response, and the signature.
        #expect(old[0].byteCount == 3 + 2 + 19 + 4)
        let all = try await reader.gatewayCallBytes(in: 1..<3, before: later, limit: 10)
        #expect(all.map(\.responseBody) == [[4, 5], nil])
        #expect(all[1].byteCount == 3 + 4)
    }

    @Test func `an overview counts calls with their results`() async throws {
        let test = try await store()
        let activity = try await test.store.reader.activity(after: Activity.Cursor())
        #expect(activity.calls.map(\.status) == [200, nil])
        #expect(activity.calls.map(\.error) == [nil, "timed out"])
        #expect(activity.next.callID == 2)
    }

    @Test func `a callback that was signed as received has one digest`() async throws {
        let test = try await TestStore()
        let id = try await test.deliver { _ in }.callbackID
        let digest = [UInt8](repeating: 1, count: 32)
        let remainder = ErasedCallback(
            bodyDigest: digest,
            signedBodyDigest: digest,
            signature: Array("c2ln".utf8)
        )
        _ = try await test.store.erase([(id, remainder)])
        #expect(try await test.callback(id).erased == remainder)
    }
}
