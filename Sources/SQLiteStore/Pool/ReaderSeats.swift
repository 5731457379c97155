/// What a read is for: decides which connections it may use and what it may hold up.
enum ReadPurpose: Sendable {
    /// A page of the feed, or a consumer's offset in it.
    case feed

    /// One thing by its number, or something counted: takes well below a millisecond.
    case lookup

    /// A list or the evidence of a payment: may take long.
    case report
}

/// Which of the reading connections are in use, and which reads wait for one.
///
/// Connection 0 is kept for the feed; reports leave at least one of the others to look-ups. Pure,
/// so that a test can drive it; ``ReaderPool`` guards it.
struct ReaderSeats {
    /// A read that waits for a connection.
    private struct Waiting {
        let id: UInt64
        let purpose: ReadPurpose
    }

    /// Reports that may run at once.
    private let reportsMax: Int
    private var isBusy: [Bool]
    private var reportCount = 0

    /// The longest waiting first.
    private var waiting: [Waiting] = []

    /// - Parameter count: connections, 3 at least: one for the feed, one for look-ups, the rest for
    ///   whatever comes.
    init(count: Int) {
        precondition(count >= 3, "the feed, look-ups and reports need a connection each")
        isBusy = Array(repeating: false, count: count)
        reportsMax = count - 2
    }

    /// How many reads wait.
    var waitingCount: Int { waiting.count }

    /// Takes the first idle connection that `purpose` may use; nil when read `id` has to wait for
    /// ``release(_:_:)`` to name it.
    mutating func take(_ purpose: ReadPurpose, id: UInt64) -> Int? {
        if let seat = occupy(purpose) { return seat }
        waiting.append(Waiting(id: id, purpose: purpose))
        return nil
    }

    /// Gives a connection back; returns the waiting reads that go on, each with its connection.
    mutating func release(_ seat: Int, _ purpose: ReadPurpose) -> [(id: UInt64, seat: Int)] {
        precondition(isBusy[seat], "a connection was given back twice")
        isBusy[seat] = false
        if purpose == .report { reportCount -= 1 }
        precondition(reportCount >= 0, "a connection is released for what it was taken for")
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

    private mutating func occupy(_ purpose: ReadPurpose) -> Int? {
        if purpose == .report, reportCount == reportsMax { return nil }
        let candidates = (purpose == .feed ? 0 : 1)..<isBusy.count
        guard let seat = candidates.first(where: { !isBusy[$0] }) else { return nil }
        isBusy[seat] = true
        if purpose == .report { reportCount += 1 }
        return seat
    }
}
