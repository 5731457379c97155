import Payments
import SQLite

/// Who used which X-EXTERNAL-ID first today: the first callback under it that was answered 2005600.
///
/// An id has to be unique within one Jakarta day only (contract section 4, row 10), so only the
/// current day is kept, in memory, and the one before for what comes out of order around midnight;
/// the journal has the rest and is what this is rebuilt from.
struct ExternalIDLedger {
    private struct Page {
        let day: Int64
        var owners = HashMultimap()
    }

    /// At most two, the one in use last.
    private var pages: [Page]

    /// Fills the ledger from the journal with the ids of the day of `milliseconds`.
    init(_ connection: Connection, atMilliseconds milliseconds: Int64) throws(SQLiteError) {
        let day = Self.day(of: milliseconds)
        let start = Self.start(of: day)
        let ranges = try TimeSearch(.callbacks, connection).ranges(from: start, to: nil)
        let selection = try connection.prepare(
            """
            SELECT id, external_id FROM callbacks
            WHERE id >= ? AND id < ? AND received_at >= ? AND answer = ?
                AND external_id IS NOT NULL
            ORDER BY id
            """
        )
        var owners = HashMultimap()
        for range in ranges.reversed() {
            try selection.forEach {
                $0.integer(range.lowerBound)
                $0.integer(range.upperBound)
                $0.integer(start)
                $0.integer(Int(CallbackAnswer.successful.rawValue))
            } row: {
                // Only the first: an id may have been repeated any number of times.
                owners.insertFirst($0.integer(0), for: HashMultimap.key(for: $0.text(1).utf8))
                return true
            }
        }
        pages = [Page(day: day, owners: owners)]
    }

    /// The journal's number of the callback that owns `externalID` on the day of `milliseconds`.
    mutating func owner(
        of externalID: String,
        atMilliseconds milliseconds: Int64,
        journal: JournalTable
    ) throws(SQLiteError) -> (id: Int64, fact: Fact?)? {
        turn(to: Self.day(of: milliseconds))
        var candidates: [Int64] = []
        pages[pages.count - 1].owners.forEach(HashMultimap.key(for: externalID.utf8)) {
            candidates.append($0)
        }
        for candidate in candidates.sorted() {
            guard let found = try journal.externalID(of: candidate) else { continue }
            if found.externalID == externalID { return (candidate, found.fact) }
        }
        return nil
    }

    /// Notes that `callbackID` was answered 2005600 under `externalID`.
    mutating func add(_ externalID: String, callbackID: Int64, atMilliseconds milliseconds: Int64) {
        turn(to: Self.day(of: milliseconds))
        let key = HashMultimap.key(for: externalID.utf8)
        pages[pages.count - 1].owners.insert(callbackID, for: key)
    }

    /// Whether the day of `milliseconds` is one of those that are kept.
    func covers(_ milliseconds: Int64) -> Bool {
        let day = Self.day(of: milliseconds)
        return pages.contains { $0.day == day }
    }

    /// Puts the page of `day` last, in place of the page that was not used for longest.
    private mutating func turn(to day: Int64) {
        if pages.last?.day == day { return }
        if let place = pages.firstIndex(where: { $0.day == day }) {
            pages.swapAt(place, pages.count - 1)
        } else {
            pages.append(Page(day: day))
            if pages.count > 2 { pages.removeFirst() }
        }
    }

    /// Days since 1970-01-01 in Jakarta, which has no daylight saving time.
    private static func day(of milliseconds: Int64) -> Int64 {
        let shifted = milliseconds + 7 * 3_600_000
        let quotient = shifted / 86_400_000
        return shifted < 0 && shifted % 86_400_000 != 0 ? quotient - 1 : quotient
    }

    private static func start(of day: Int64) -> Int64 { day * 86_400_000 - 7 * 3_600_000 }
}
