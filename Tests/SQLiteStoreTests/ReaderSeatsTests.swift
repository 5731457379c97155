@testable import SQLReaders
import Support
import Testing

@testable import SQLiteStore
@testable import Store

/// Which read gets which connection.
@Suite struct ReaderSeatsTests {
    @Test func `the first idle connection is taken, and the feed's is left to the feed`() {
        var seats = ReaderSeats(count: 4)
        #expect(seats.acquire(.lookup, id: 1) == 1)
        #expect(seats.acquire(.lookup, id: 2) == 2)
        #expect(seats.release(1, .lookup).isEmpty)
        #expect(seats.acquire(.lookup, id: 3) == 1, "the first that is idle, not the next in turn")
        #expect(seats.acquire(.report, id: 4) == 3)
        #expect(seats.acquire(.lookup, id: 5) == nil, "the feed's is idle, and stays so")
        #expect(seats.acquire(.feed, id: 6) == 0)
        #expect(seats.acquire(.feed, id: 7) == nil)
        #expect(seats.release(2, .lookup).map(\.id) == [5], "the longest waiting first")
        #expect(seats.release(0, .feed).map(\.id) == [7])
    }

    @Test func `reports leave a connection to look-ups`() {
        var seats = ReaderSeats(count: 4)
        #expect(seats.acquire(.report, id: 1) == 1)
        #expect(seats.acquire(.report, id: 2) == 2)
        #expect(seats.acquire(.report, id: 3) == nil)
        #expect(seats.acquire(.lookup, id: 4) == 3)
        #expect(seats.release(3, .lookup).isEmpty, "a report does not get the last of them")
        #expect(seats.acquire(.feed, id: 5) == 0)
        #expect(seats.acquire(.feed, id: 6) == 3, "the feed takes what is idle")
        let resumed = seats.release(1, .report)
        #expect(resumed.map(\.id) == [3] && resumed.map(\.seat) == [1])
    }

    /// A model: what is out, and who waits, by the rules of ``ReadPurpose``.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func `whatever comes, the rules hold and nobody waits for an idle connection`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let count = Int.random(in: 3...5, using: &random)
        var seats = ReaderSeats(count: count)
        var held: [(seat: Int, purpose: ReadPurpose)] = []
        var waiting: [UInt64: ReadPurpose] = [:]
        for id in 1...500 as ClosedRange<UInt64> {
            if held.isEmpty || Bool.random(using: &random) {
                let purposes: [ReadPurpose] = [.feed, .lookup, .report]
                let purpose = purposes[Int.random(in: 0..<3, using: &random)]
                if let seat = seats.acquire(purpose, id: id) {
                    held.append((seat, purpose))
                } else {
                    waiting[id] = purpose
                }
            } else {
                let (seat, purpose) = held.remove(
                    at: Int.random(in: 0..<held.count, using: &random)
                )
                for (resumed, seat) in seats.release(seat, purpose) {
                    guard let purpose = waiting.removeValue(forKey: resumed) else {
                        Issue.record("\(resumed) did not wait")
                        continue
                    }
                    held.append((seat, purpose))
                }
            }
            let reports = held.filter { $0.purpose == .report }.count
            let idle = Set(0..<count).subtracting(held.map(\.seat))
            #expect(Set(held.map(\.seat)).count == held.count, "one read each")
            #expect(held.allSatisfy { $0.seat != 0 || $0.purpose == .feed })
            #expect(reports <= count - 2)
            #expect(seats.waitingCount == waiting.count)
            for purpose in waiting.values {
                switch purpose {
                case .feed: #expect(idle.isEmpty)
                case .lookup: #expect(idle.subtracting([0]).isEmpty)
                case .report: #expect(idle.subtracting([0]).isEmpty || reports == count - 2)
                }
            }
        }
    }
}
