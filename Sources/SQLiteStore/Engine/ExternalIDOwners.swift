import Ledger
import Payments
import SQLite
import SQLiteFiles

/// The first callback under each X-EXTERNAL-ID of today that was answered 2005600.
///
/// An id has to be unique within one Jakarta day only (contract section 4, row 10), so only the
/// current day is kept, in memory, and the one before for what comes out of order around midnight;
/// the journal has the rest and is what this is rebuilt from.
struct ExternalIDOwners {
    private struct Page {
        let day: Int64
        var owners = HashMultimap()
    }

    private let hash: SeededHash

    /// At most two, the one in use last.
    private var pages: [Page]

    /// Reads the ids of the day of `milliseconds` from the journal.
    init(
        _ connection: Connection,
        hash: SeededHash,
        atMilliseconds milliseconds: Int64
    ) throws(SQLiteError) {
        self.hash = hash
        let day = ExternalIDKey.day(of: milliseconds)
        let start = ExternalIDKey.start(of: day)
        let ranges = try TimeSearch(.callbacks, connection).ranges(from: start, to: nil)
        let selection = try connection.prepare(
            """
            SELECT id, external_id FROM callbacks
            WHERE id >= ? AND id < ? AND received_at >= ? AND owns_external_id = 1
            """
        )
        var owners = HashMultimap()
        for range in ranges.reversed() {
            try selection.forEach {
                $0.integer(range.lowerBound)
                $0.integer(range.upperBound)
                $0.integer(start)
            } row: {
                owners.insert($0.integer(0), for: hash.key(for: $0.text(1).utf8))
                return true
            }
        }
        pages = [Page(day: day, owners: owners)]
    }

    /// The callback that owns an id on its day.
    mutating func owner(
        of key: ExternalIDKey,
        in journal: JournalTable
    ) throws(SQLiteError) -> ExternalIDOwner? {
        turn(to: key.day)
        return try remembered(key, in: journal)
    }

    /// The same for a callback that is judged again: only a day later than all in memory is turned
    /// to, so that a replay of several past days leaves the current day in memory.
    mutating func owner(
        ofReplayed key: ExternalIDKey,
        in journal: JournalTable
    ) throws(SQLiteError) -> ExternalIDOwner? {
        if pages.allSatisfy({ $0.day < key.day }) { turn(to: key.day) }
        return try remembered(key, in: journal)
    }

    /// The same, where the day is in memory: a callback of an older one must not drive out today.
    func remembered(
        _ key: ExternalIDKey,
        in journal: JournalTable
    ) throws(SQLiteError) -> ExternalIDOwner? {
        guard let page = pages.last(where: { $0.day == key.day }) else { return nil }
        var candidates: [Int64] = []
        page.owners.forEach(hash.key(for: key.externalID.utf8)) { candidates.append($0) }
        if candidates.isEmpty { return nil }
        for candidate in candidates.sorted() {
            guard let found = try journal.callback(candidate) else { continue }
            if found.externalID == key.externalID {
                return ExternalIDOwner(callbackID: candidate, fact: found.content.fact)
            }
        }
        return nil
    }

    /// Records that a callback owns an id, where the day is in memory.
    mutating func add(_ key: ExternalIDKey, callbackID: Int64) {
        guard let place = pages.lastIndex(where: { $0.day == key.day }) else { return }
        pages[place].owners.insert(callbackID, for: hash.key(for: key.externalID.utf8))
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
}
