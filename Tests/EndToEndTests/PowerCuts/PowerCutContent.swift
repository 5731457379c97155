import SQLite

/// What a database file holds, read with SQLite alone.
struct PowerCutContent {
    let feedID: String
    let version: Int
    /// How often each X-EXTERNAL-ID is in the journal.
    let callbacks: [String: Int]
    /// The references of the transitions, in order, with their sequence numbers.
    let feed: [(sequence: Int, reference: String)]

    /// Damage of the file, and gaps in the feed.
    private(set) var problems: [String] = []

    /// Opens the database as a program does after a power cut, with its WAL or journal.
    ///
    /// - Returns: nil when it has no tables.
    init?(_ path: String) throws(SQLiteError) {
        let connection = try Connection(path: path, mode: .readWrite)
        // The files are thrown away afterwards.
        try connection.execute("PRAGMA synchronous = OFF")
        let check = try connection.text("PRAGMA integrity_check") ?? ""
        if check != "ok" { problems.append("integrity_check: \(check)") }
        version = Int(try connection.integer("PRAGMA user_version") ?? 0)
        if version == 0 { return nil }
        feedID = try connection.text("SELECT value FROM meta WHERE key = 'feed'") ?? ""
        let ids = try connection.prepare(
            "SELECT external_id, count(*) FROM callbacks WHERE external_id IS NOT NULL GROUP BY 1"
        ).all(row: { ($0.text(0), Int($0.integer(1))) })
        callbacks = Dictionary(uniqueKeysWithValues: ids)
        feed = try connection.prepare(
            "SELECT sequence, partner_reference FROM transitions ORDER BY 1"
        ).all(row: { (Int($0.integer(0)), $0.text(1)) })
        if feed.map(\.sequence) != feed.indices.map({ $0 + 1 }) {
            problems.append("the feed is not dense: \(feed.map(\.sequence))")
        }
    }

    /// What is missing of promises.
    ///
    /// - Parameter shown: the transitions that readers were shown of this feed.
    func problems(
        _ kept: PowerCutPromises.Kept,
        shown: [Int: String] = [:]
    ) -> [String] {
        var problems = problems
        for id in kept.acknowledged.sorted() where callbacks[id] != 1 {
            problems.append("acknowledged, but \(callbacks[id] ?? 0) times in the journal: \(id)")
        }
        if feed.count < kept.head {
            problems.append("the feed ends at \(feed.count), and \(kept.head) was shown")
        }
        for (sequence, reference) in shown.sorted(by: { $0.key < $1.key }) {
            let found = feed.indices.contains(sequence - 1) ? feed[sequence - 1].reference : "none"
            if found != reference {
                problems.append("transition \(sequence) was \(reference), and is \(found)")
            }
        }
        return problems
    }
}
