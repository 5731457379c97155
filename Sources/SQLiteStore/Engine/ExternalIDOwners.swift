import Ledger
import Payments
import SQLiteFiles
import SQLReaders
import SQLTables
import Store

/// The owners of X-EXTERNAL-IDs: the first callback of a day under each ID with the response
/// 2005600 (article Checks, row 10).
///
/// An ID must be unique within one Jakarta day, so two days suffice: the present one, and another
/// one for callbacks that are decided out of order around midnight. They are in memory, which costs
/// a few dozen bytes for a callback, and saves an index on a random key. The journal has the flag
/// `owns_external_id`, from which the present day is rebuilt at startup; any other day starts
/// empty.
///
/// Belongs to the engine, which is discarded after a failed commit, so memory never holds an owner
/// that is not stored.
struct ExternalIDOwners {
    /// The owners of one day, by the hash of the ID.
    private struct Page {
        let day: Int64
        var owners = HashMultimap()
    }

    private let hash: SeededHash

    /// At most two; the one that was used last is last.
    private var pages: [Page]

    /// Reads the owners of the day of `milliseconds` from the journal.
    ///
    /// ``TimeSearch`` bounds the rows to those received on that day.
    init(
        _ database: any SQLDatabase,
        hash: SeededHash,
        atMilliseconds milliseconds: Int64
    ) throws(StoreError) {
        self.hash = hash
        let day = ExternalIDKey.day(of: milliseconds)
        let start = ExternalIDKey.start(of: day)
        let ranges = try TimeSearch(.callbacks, database).ranges(from: start, to: nil)
        let selection = try database.prepare(
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

    /// The owner of an ID on its day, for a callback that was just received.
    mutating func owner(
        of key: ExternalIDKey,
        in journal: JournalTable
    ) throws(StoreError) -> ExternalIDOwner? {
        turn(to: key.day)
        return try remembered(key, in: journal)
    }

    /// The owner of an ID on its day, for a callback that is judged again.
    ///
    /// Only a day after all days in memory gets a page, so a replay of several past days does not
    /// displace the present day.
    mutating func owner(
        ofReplayed key: ExternalIDKey,
        in journal: JournalTable
    ) throws(StoreError) -> ExternalIDOwner? {
        if pages.allSatisfy({ $0.day < key.day }) { turn(to: key.day) }
        return try remembered(key, in: journal)
    }

    /// The owner of an ID on its day; nil when there is none or the day is not in memory.
    ///
    /// Hashes may collide, so each candidate is read from the journal by its primary key and
    /// compared. The lowest ID comes first, which is the first callback of the day.
    func remembered(
        _ key: ExternalIDKey,
        in journal: JournalTable
    ) throws(StoreError) -> ExternalIDOwner? {
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

    /// Records that a callback owns an ID; does nothing when the day is not in memory. Inside a
    /// write only.
    mutating func add(_ key: ExternalIDKey, callbackID: Int64) {
        guard let place = pages.lastIndex(where: { $0.day == key.day }) else { return }
        pages[place].owners.insert(callbackID, for: hash.key(for: key.externalID.utf8))
    }

    /// Makes the page of `day` the last one. A new page displaces the page that was not used for
    /// longest.
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
