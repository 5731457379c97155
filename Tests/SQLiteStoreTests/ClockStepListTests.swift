import Ledger
import Payments
import Testing

@testable import SQLiteStore
@testable import Store

/// Lists by time through the store, after the clock was set.
@Suite struct ClockStepListTests {
    private static let hour: Int64 = 3_600_000

    /// Hours from the start at which the clock is set, each followed by payments.
    private static let clocks: [[Int64]] = [[0, 7, 1], [0, -2], [0, 7, 1, -2, 3, 30, 4]]

    private func deliver(_ test: TestStore, _ payment: Int) async throws {
        try await test.deliver {
            $0.setReferences(payment)
            $0.received = test.clock.now
        }
    }

    /// Ten payments two minutes apart from each time on; half of the times after a restart.
    private func filled(_ hours: [Int64]) async throws -> TestStore {
        var test = try await TestStore()
        for (turn, hour) in hours.enumerated() {
            test.clock.set(TestClock.start + hour * Self.hour)
            if turn % 2 == 1 {
                test = try await test.reopened { $0.confirmWithQuery = .never }
            }
            for number in 1...10 {
                test.clock.advance(seconds: 120)
                try await deliver(test, turn * 10 + number)
            }
        }
        return test
    }

    private func spans(_ hours: [Int64]) throws -> [(from: Int64, to: Int64)] {
        let first = try #require(hours.min()) - 1
        let last = try #require(hours.max()) + 1
        return (first...last).map {
            (TestClock.start + $0 * Self.hour, TestClock.start + ($0 + 1) * Self.hour)
        }
    }

    private func listed(
        _ test: TestStore,
        _ filter: TransactionFilter
    ) async throws -> [TransactionRecord] {
        var filter = filter
        var listed: [TransactionRecord] = []
        while true {
            let page = try await test.store.reader.transactions(filter, limit: 3)
            listed += page.transactions
            if !page.more { return listed }
            filter.before = page.next
        }
    }

    @Test(arguments: clocks, TransactionTime.allCases)
    func `transactions are listed by hour, page by page`(
        hours: [Int64],
        time: TransactionTime
    ) async throws {
        let test = try await filled(hours)
        var filter = TransactionFilter()
        filter.by = time
        let all = try await listed(test, filter)
        #expect(all.count == hours.count * 10)
        for (from, to) in try spans(hours) {
            (filter.fromMilliseconds, filter.toMilliseconds) = (from, to)
            let expected = all.filter { (from..<to).contains($0.createdMilliseconds) }
            #expect(try await listed(test, filter).map(\.id) == expected.map(\.id))
            filter.toMilliseconds = nil
            let since = all.filter { $0.createdMilliseconds >= from }
            #expect(try await listed(test, filter).map(\.id) == since.map(\.id))
        }
    }

    @Test(arguments: clocks)
    func `the feed begins with the first transition of a time or later`(
        hours: [Int64]
    ) async throws {
        let test = try await filled(hours)
        let feed = try await test.store.reader.feed(FeedQuery(after: 0), limit: 1_000).transitions
        #expect(feed.count == hours.count * 10)
        var times = feed.flatMap { [$0.recordedMilliseconds, $0.recordedMilliseconds + 1] }
        times += try spans(hours).map(\.from) + [0, .max]
        for time in times {
            let first = feed.first { $0.recordedMilliseconds >= time }
            let offset = try await test.store.reader.offset(recordedFrom: time).offset
            #expect(offset == first.map { $0.sequence - 1 } ?? Int64(feed.count), "\(time)")
        }
    }

    @Test(arguments: clocks)
    func `callbacks are listed by hour, page by page`(hours: [Int64]) async throws {
        let test = try await filled(hours)
        let all = try await test.store.reader.callbacks(CallbackFilter(), limit: 1_000)
        #expect(all.count == hours.count * 10)
        for (from, to) in try spans(hours) {
            var filter = CallbackFilter()
            (filter.fromMilliseconds, filter.toMilliseconds) = (from, to)
            let expected = all.filter { (from..<to).contains($0.receivedMilliseconds) }.map(\.id)
            #expect(
                try await test.store.reader.callbacks(filter, limit: 1_000).map(\.id) == expected
            )
            var found: [Int64] = []
            while true {
                let page = try await test.store.reader.callbackPage(filter, limit: 3)
                found += page.callbacks.map(\.id)
                if !page.more { break }
                filter.beforeID = page.next
            }
            #expect(found == expected)
        }
    }

    @Test(arguments: clocks)
    func `calls of the gateway are listed by hour`(hours: [Int64]) async throws {
        let test = try await TestStore()
        var finished: [Int64] = []
        for hour in hours {
            for minute in 0..<10 as Range<Int64> {
                finished.append(TestClock.start + hour * Self.hour + minute * 120_000)
                let inquiry = try await test.store.reader.inquiry(try #require(Reference("TRX-1")))
                let call = call(finished: finished[finished.count - 1])
                _ = try await test.store.record(inquiry, .unavailable, [call])
            }
        }
        for (from, to) in try spans(hours) {
            var filter = GatewayCallFilter()
            (filter.fromMilliseconds, filter.toMilliseconds) = (from, to)
            let expected = finished.filter { (from..<to).contains($0) }.count
            #expect(try await test.store.reader.gatewayCalls(filter, limit: 100).count == expected)
            guard expected > 2 else { continue }
            filter.beforeID = try await test.store.reader.gatewayCalls(filter, limit: 2).last?.id
            let rest = try await test.store.reader.gatewayCalls(filter, limit: 100)
            #expect(rest.count == expected - 2)
        }
    }

    private func call(finished: Int64) -> GatewayCall {
        GatewayCall(
            service: 51,
            partnerReferenceNo: "TRX-1",
            externalID: "1",
            timestamp: "T",
            signedPath: "",
            signature: "",
            requestHead: [],
            requestBody: [],
            responseStatus: nil,
            responseHead: nil,
            responseBody: nil,
            error: "no answer",
            startedMilliseconds: finished - 10,
            finishedMilliseconds: finished
        )
    }
}
