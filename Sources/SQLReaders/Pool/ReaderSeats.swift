/// The purpose of a read, which decides which connections it may use.
enum ReadPurpose: Sendable {
    /// A page of the feed, or the offset of a consumer. May use every connection.
    case feed

    /// One row by its key, or a count: well below a millisecond.
    case lookup

    /// A list, or the evidence of a payment: may take long.
    case report
}

/// The state of the reading connections: which are in use, and which reads wait.
///
/// Connection 0 serves the feed only. Reports leave at least one of the others to look-ups. The
/// type has no lock and no clock, so that a test can drive it; ``ReaderPool`` guards it.
struct ReaderSeats {
    /// A read that waits for a connection.
    private struct Waiting {
        let id: UInt64
        let purpose: ReadPurpose
    }

    /// The maximum of reports at a time.
    private let reportsMax: Int
    private var isBusy: [Bool]
    private var reportCount = 0

    /// In the order of arrival.
    private var waiting: [Waiting] = []

    /// - Parameter count: the number of connections, at least 3: one for the feed, one for
    ///   look-ups, the others for any purpose.
    init(count: Int) {
        precondition(count >= 3, "the feed, look-ups and reports need a connection each")
        isBusy = Array(repeating: false, count: count)
        reportsMax = count - 2
    }

    /// How many reads wait.
    var waitingCount: Int { waiting.count }

    /// Acquires the first idle connection that `purpose` may use. Nil when there is none: then
    /// ``release(_:_:)`` returns read `id` later.
    mutating func acquire(_ purpose: ReadPurpose, id: UInt64) -> Int? {
        if let seat = occupy(purpose) { return seat }
        waiting.append(Waiting(id: id, purpose: purpose))
        return nil
    }

    /// Returns a connection; the result lists the waiting reads that start now, each with its
    /// connection.
    mutating func release(_ seat: Int, _ purpose: ReadPurpose) -> [(id: UInt64, seat: Int)] {
        precondition(isBusy[seat], "a connection was returned twice")
        isBusy[seat] = false
        if purpose == .report { reportCount -= 1 }
        precondition(reportCount >= 0, "a connection is released for what it was acquired for")
        var resumed: [(id: UInt64, seat: Int)] = []
        var index = 0
        while index < waiting.count {
            if let seat = occupy(waiting[index].purpose) {
                resumed.append((waiting.remove(at: index).id, seat))
            } else {
                index += 1
            }
        }
        return resumed
    }

    /// Marks the first idle connection that `purpose` may use as busy; nil when there is none.
    private mutating func occupy(_ purpose: ReadPurpose) -> Int? {
        if purpose == .report, reportCount == reportsMax { return nil }
        let candidates = (purpose == .feed ? 0 : 1)..<isBusy.count
        guard let seat = candidates.first(where: { !isBusy[$0] }) else { return nil }
        isBusy[seat] = true
        if purpose == .report { reportCount += 1 }
        return seat
    }
}
