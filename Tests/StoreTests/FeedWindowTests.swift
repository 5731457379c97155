import Payments
import Support
import Testing

@testable import Ledger
@testable import Store

/// The newest part of the feed in memory.
@Suite(.timeLimit(.minutes(10))) struct FeedWindowTests {
    private static let render: TransitionRendering = { $1 += "\($0.sequence):\($0.to)".utf8 }

    private static func transition(
        _ sequence: Int64,
        to: TransactionStatus = .success
    ) throws
        -> Transition
    {
        Transition(
            sequence: sequence,
            paymentID: sequence,
            partnerReferenceNo: try #require(Reference("TRX-\(sequence)" as String)),
            referenceNo: nil,
            from: nil,
            to: to,
            latestStatus: .success,
            amount: nil,
            source: .notify,
            externalID: nil,
            callbackID: nil,
            paidAt: nil,
            recordedMilliseconds: sequence,
            previousSequence: nil,
            decision: nil
        )
    }

    private static func transitions(_ sequences: ClosedRange<Int64>) throws -> [Transition] {
        try sequences.map { try transition($0) }
    }

    private func sequences(_ window: FeedWindow, after offset: Int64) -> [Int64]? {
        let text = window.text(FeedQuery(after: offset), limit: 1_000, Self.render)
        return text?.items.map(\.sequence)
    }

    @Test func `it begins behind the head, and has what was appended since`() throws {
        let window = FeedWindow(head: 7)
        #expect(sequences(window, after: 7) == [])
        #expect(sequences(window, after: 6) == nil, "in the database only")
        #expect(sequences(window, after: 8) == nil, "beyond the head")
        window.append(try Self.transitions(8...10))
        window.append([])
        window.append(try Self.transitions(11...11))
        #expect(window.head == 11)
        #expect(sequences(window, after: 7) == [8, 9, 10, 11])
        #expect(sequences(window, after: 9) == [10, 11], "from within a commit")
        #expect(sequences(window, after: 11) == [])
        #expect(sequences(window, after: 6) == nil)
        #expect(window.covers(7) && window.covers(11))
        #expect(!window.covers(6) && !window.covers(12))
    }

    @Test func `what is rendered is rendered once, for all who follow`() throws {
        let window = FeedWindow(head: 0)
        window.append(try Self.transitions(1...3))
        let first = window.text(FeedQuery(after: 0), limit: 10, Self.render)
        let again = window.text(FeedQuery(after: 1), limit: 10) { _, _ in
            Issue.record("rendered twice")
        }
        #expect(again?.items == Array(try #require(first).items.dropFirst()))
        #expect(first?.items.last.map { String(decoding: $0.bytes, as: UTF8.self) } == "3:success")
    }

    @Test func `it holds no more than its bounds, by number and by bytes`() throws {
        let counted = FeedWindow(head: 0, countMax: 10)
        for sequence in 1...25 as ClosedRange<Int64> {
            counted.append([try Self.transition(sequence)])
            #expect(counted.covers(max(0, sequence - 10)))
            #expect(!counted.covers(sequence - 11))
        }
        counted.append(try Self.transitions(26...60))
        #expect(sequences(counted, after: 25)?.count == 35, "the newest commit, however large")
        #expect(!counted.covers(24))

        let bytes = FeedWindow(head: 0, bytesMax: 3 * FeedGroup.transitionBytes)
        for sequence in 1...5 as ClosedRange<Int64> {
            bytes.append([try Self.transition(sequence)])
        }
        #expect(sequences(bytes, after: 2) == [3, 4, 5])
        #expect(!bytes.covers(1))
    }

    @Test func `it holds little while no client reads`() throws {
        let window = FeedWindow(head: 0, countMax: 10, idleCountMax: 3)
        let append = { (sequences: ClosedRange<Int64>) in
            for sequence in sequences { window.append([try Self.transition(sequence)]) }
        }
        try append(1...11)
        #expect(!window.covers(7) && window.covers(8), "as many as it holds came without a read")
        try append(12...21)
        #expect(window.covers(11) && !window.covers(10), "after a read it fills again")
        try append(22...31)
        #expect(sequences(window, after: 21)?.count == 10)
        try append(32...41)
        #expect(sequences(window, after: 31)?.count == 10, "text(_:limit:_:) is a read, too")
        try append(42...52)
        #expect(sequences(window, after: 48) == nil)
    }

    @Test func `it never serves across a gap, nor what is kept no longer`() throws {
        let window = FeedWindow(head: 0)
        window.append(try Self.transitions(1...3))
        window.append(try Self.transitions(6...7))
        #expect(sequences(window, after: 5) == [6, 7])
        #expect(!window.covers(4) && !window.covers(3))
        window.forget(below: 7)
        #expect(sequences(window, after: 6) == [7], "in the middle of a commit")
        #expect(!window.covers(5))
        window.forget(below: 3)
        #expect(window.covers(6), "an earlier bound changes nothing")
        window.forget(below: 100)
        #expect(window.head == 7)
        #expect(sequences(window, after: 7) == [])
        window.append(try Self.transitions(8...8))
        #expect(sequences(window, after: 7) == [8])
        window.reset(head: 4)
        #expect(window.head == 4)
        #expect(sequences(window, after: 4) == [])
        #expect(!window.covers(7) && !window.covers(3))
        window.append(try Self.transitions(5...5))
        #expect(sequences(window, after: 4) == [5])
    }

    /// A model: all transitions of a feed, of which the window has a part at its end.
    ///
    /// 1. Commits of 1 to 20, now and then forgetting, a gap or a reset.
    /// 2. Queries from anywhere, with any limit and filter.
    /// 3. What the window answers is what a page of the whole feed would be; it answers whatever
    ///    lies within its bounds.
    @Test(arguments: 0..<12 as Range<UInt64>)
    func `whatever happened, it answers as the whole feed would, or not at all`(
        seed: UInt64
    ) throws {
        var random = SplitMix64(seed: seed)
        let countMax = Int64.random(in: 1...60, using: &random)
        let window = FeedWindow(
            head: 0,
            countMax: countMax,
            idleCountMax: countMax
        )
        var feed: [Transition] = []
        var start: Int64 = 0
        let statuses: [TransactionStatus] = [.success, .refunded, .cancelled]
        for _ in 0..<300 {
            switch Int.random(in: 0..<20, using: &random) {
            case 0:
                let forgotten = Int64.random(in: 0...Int64(feed.count), using: &random)
                window.forget(below: forgotten + 1)
                start = max(start, forgotten)
            case 1:
                start = Int64(feed.count)
                window.reset(head: start)
            case 2: start = Int64(feed.count) + 1
            default: break
            }
            // A commit that was not handed over leaves a gap.
            if start > feed.count { feed.append(try Self.transition(Int64(feed.count) + 1)) }
            let commit = try (1...Int64.random(in: 1...20, using: &random)).map { offset in
                try Self.transition(
                    Int64(feed.count) + offset,
                    to: statuses[Int.random(in: 0..<3, using: &random)]
                )
            }
            feed += commit
            window.append(commit)
            let head = Int64(feed.count)
            #expect(window.head == head)
            let kept = max(start, head - max(countMax, Int64(commit.count)))
            #expect(window.covers(max(kept, start)), "\(seed): what the bounds allow is there")
            for _ in 0..<5 {
                let offset = Int64.random(in: max(0, head - 100)...head, using: &random)
                let wanted = Bool.random(using: &random) ? nil : Set([statuses[0], statuses[2]])
                let limit = Int.random(in: 1...40, using: &random)
                let query = FeedQuery(after: offset, statuses: wanted)
                let text = window.text(query, limit: limit, Self.render)
                #expect((text != nil) == window.covers(offset))
                guard let text else { continue }
                let found = Array(feed[Int(offset)...].filter { wanted?.contains($0.to) ?? true })
                #expect(text.items.map(\.sequence) == found.prefix(limit).map(\.sequence))
                let next = found.count > limit ? found[limit].sequence - 1 : head
                #expect(text.next == next)
                #expect(text.head == head)
                #expect(text.more == (next < head))
            }
        }
    }

    @Test func `those who read while it grows get all of it, in order`() async throws {
        let window = FeedWindow(head: 0, countMax: 100_000)
        let (commits, last) = (2_000, 6_000 as Int64)
        let all = try (0..<commits).map { number in
            try Self.transitions(Int64(number) * 3 + 1...Int64(number) * 3 + 3)
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for commit in all { window.append(commit) } }
            for limit in [1, 2, 100] {
                group.addTask {
                    var offset: Int64 = 0
                    while offset < last {
                        let query = FeedQuery(after: offset)
                        guard let text = window.text(query, limit: limit, Self.render) else {
                            Issue.record("\(offset) is not covered")
                            return
                        }
                        let expected = offset..<offset + Int64(text.items.count)
                        #expect(text.items.map(\.sequence) == expected.map { $0 + 1 })
                        #expect(text.next == expected.upperBound || text.items.isEmpty)
                        offset = text.next
                        await Task.yield()
                    }
                }
            }
        }
        #expect(window.head == last)
    }
}
