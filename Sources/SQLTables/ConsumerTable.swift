package import Store

/// The statements on `consumers`, of the writer and of the readers.
///
/// The table has at most ``Store/consumersMax`` rows, so counts and scans of it are cheap.
package final class ConsumerTable {
    /// One consumer, by primary key.
    private let single: any SQLStatement

    /// The consumers after a name, by primary key.
    private let page: any SQLStatement

    /// The number of rows.
    private let counting: any SQLStatement

    /// The number of consumers with a token's name, or with a name that begins with it and a dot:
    /// two searches by primary key.
    private let countingOfToken: any SQLStatement
    private let connection: any SQLDatabase

    package init(_ connection: any SQLDatabase) throws(StoreError) {
        self.connection = connection
        single = try connection.prepare("SELECT \(Self.columns) FROM consumers WHERE name = ?")
        page = try connection.prepare(
            "SELECT \(Self.columns) FROM consumers WHERE name > ? ORDER BY name LIMIT ?"
        )
        counting = try connection.prepare("SELECT count(*) FROM consumers")
        // The byte after the dot is the slash, which no name contains, so the range ends before it.
        countingOfToken = try connection.prepare(
            """
            SELECT count(*) FROM consumers
            WHERE name = ?1 OR (name >= ?1 || '.' AND name < ?1 || '/')
            """
        )
    }

    /// The columns that ``read(_:)`` expects.
    private static let columns = "name, position, feed, updated_at, updated_by"

    /// Reads a row of ``columns``.
    private static func read(_ row: any SQLRow) -> ConsumerRecord {
        ConsumerRecord(
            name: row.text(0),
            offset: row.integer(1),
            feed: row.text(2),
            updatedMilliseconds: row.integer(3),
            updatedBy: row.text(4)
        )
    }

    /// The consumer of this name; nil when there is none.
    package func consumer(_ name: String) throws(StoreError) -> ConsumerRecord? {
        try single.first {
            $0.text(name)
        } row: {
            Self.read($0)
        }
    }

    /// The consumers whose names sort after `name`, in the order of their names.
    package func consumers(after name: String, limit: Int) throws(StoreError) -> [ConsumerRecord] {
        try page.all {
            $0.text(name)
            $0.integer(limit)
        } row: {
            Self.read($0)
        }
    }

    /// How many consumers exist.
    func count() throws(StoreError) -> Int64 { try counting.first { $0.integer(0) } ?? 0 }

    /// How many consumers belong to a token.
    func count(ofToken name: String) throws(StoreError) -> Int64 {
        try countingOfToken.first {
            $0.text(name)
        } row: {
            $0.integer(0)
        } ?? 0
    }

    /// Adds a consumer, or replaces it; inside a write only.
    package func put(_ record: ConsumerRecord) throws(StoreError) {
        let statement = try connection.prepare(
            """
            INSERT INTO consumers (\(Self.columns)) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET position = excluded.position, feed = excluded.feed,
                updated_at = excluded.updated_at, updated_by = excluded.updated_by
            """
        )
        try statement.run {
            $0.text(record.name)
            $0.integer(record.offset)
            $0.text(record.feed)
            $0.integer(record.updatedMilliseconds)
            $0.text(record.updatedBy)
        }
    }

    /// Removes a consumer; returns whether it existed. Inside a write only.
    package func remove(_ name: String) throws(StoreError) -> Bool {
        let removal = try connection.prepare("DELETE FROM consumers WHERE name = ? RETURNING 1")
        return try removal.first {
            $0.text(name)
        } row: {
            $0.integer(0)
        } != nil
    }
}

extension ConsumerTable {
    /// Moves the offset of a consumer, or adds the consumer; inside a write only, so that comparing
    /// and writing are atomic.
    ///
    /// An offset in another feed, from before a restore, means nothing in the present one: it
    /// counts as 0, like that of a missing consumer.
    ///
    /// - Parameter head: the newest sequence number, which the offset must not exceed.
    package func move(
        _ move: ConsumerMove,
        head: Int64,
        feed: String,
        atMilliseconds now: Int64
    ) throws(StoreError) -> ConsumerMove.Outcome {
        let stored = try consumer(move.name)
        let current = stored.map { $0.feed == feed ? $0.offset : 0 } ?? 0
        if let expected = move.expected, expected != current {
            return .unexpected(current: current)
        }
        if move.offset > head { return .ahead(current: current, head: head) }
        if move.offset < current, !move.mayRewind { return .backward(current: current) }
        if stored == nil {
            if try count() >= Store.consumersMax { return .tooMany }
            let isOwn = !move.isMovedByAdmin
            if isOwn, try count(ofToken: move.movedBy) >= Store.consumersOfTokenMax {
                return .tooManyOfToken
            }
        }
        let record = ConsumerRecord(
            name: move.name,
            offset: move.offset,
            feed: feed,
            updatedMilliseconds: now,
            updatedBy: move.movedBy
        )
        try put(record)
        return .moved(record, head: head, isNew: stored == nil)
    }
}
