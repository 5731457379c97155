import Ledger
package import Payments
package import Store

/// The writer's statements on `attention` and `attention_events`; inside a write only.
package final class AttentionTable {
    /// Adds an open entry. The unique indexes reject a second open one for a payment and kind, or
    /// for a cause and kind.
    private let insertion: any SQLStatement

    /// Replaces the mutable columns of an entry, by primary key.
    private let update: any SQLStatement

    /// Closes an entry, which also removes it from the unique indexes.
    private let closing: any SQLStatement

    /// Adds or replaces one event of an entry.
    private let event: any SQLStatement

    /// The open entries of payments, by `attention_open`: at most one for each kind.
    private let openOfPayments: any SQLStatement

    /// The open entries that belong to no payment. They are read in the order of their IDs, by a
    /// scan of `attention`.
    private let looseOpen: any SQLStatement

    /// Entries by primary key.
    private let byID: any SQLStatement

    /// The events of entries, by the primary key of `attention_events`.
    private let events: any SQLStatement

    package init(_ connection: any SQLDatabase) throws(StoreError) {
        insertion = try connection.prepare(
            """
            INSERT INTO attention (kind, payment_id, subject, count, opened_at, last_at, id)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """
        )
        update = try connection.prepare(
            """
            UPDATE attention SET kind = ?, payment_id = ?, subject = ?, count = ?, opened_at = ?,
                last_at = ?
            WHERE id = ?
            """
        )
        closing = try connection.prepare(
            "UPDATE attention SET resolved_by = ?, note = ?, resolved_at = ? WHERE id = ?"
        )
        event = try connection.prepare(
            """
            INSERT INTO attention_events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (entry_id, number) DO UPDATE SET cause = excluded.cause,
                original_partner_reference = excluded.original_partner_reference,
                original_reference = excluded.original_reference, status = excluded.status,
                amount = excluded.amount, callback_id = excluded.callback_id, text = excluded.text,
                first_at = excluded.first_at, last_at = excluded.last_at, count = excluded.count
            """
        )
        let selection = "SELECT \(Self.columns) FROM attention WHERE"
        openOfPayments = try connection.prepare(
            """
            \(selection) resolved_at IS NULL
                AND payment_id IN (\(connection.dialect.integers)) ORDER BY id
            """
        )
        looseOpen = try connection.prepare(
            "\(selection) resolved_at IS NULL AND payment_id IS NULL ORDER BY id"
        )
        byID = try connection.prepare(
            "\(selection) id IN (\(connection.dialect.integers)) ORDER BY id"
        )
        events = try connection.prepare(
            """
            \(Self.eventSelection) WHERE entry_id IN (\(connection.dialect.integers))
            ORDER BY entry_id, number
            """
        )
    }

    /// The columns that ``read(_:)`` expects.
    package static let columns = """
        id, kind, payment_id, subject, count, opened_at, last_at, resolved_at IS NULL
        """

    /// Events, in the order that ``event(_:)`` expects, behind the ID of their entry.
    package static let eventSelection = """
        SELECT entry_id, cause, original_partner_reference, original_reference, status, amount,
            callback_id, text, first_at, last_at, count
        FROM attention_events
        """

    // MARK: Entries

    /// Adds an entry with its events.
    package func insert(_ entry: AttentionEntry) throws(StoreError) {
        try insertion.run { $0.entry(entry) }
        for index in entry.events.indices { try put(entry.events[index], index, of: entry.id) }
    }

    /// Writes the counts and the subject of an entry, and the events at the indices `changed`.
    ///
    /// The subject changes when a payment is merged into another one. If that one has an open entry
    /// of the kind, the ledger merges the two entries instead, because the unique index allows only
    /// one.
    package func update(_ entry: AttentionEntry, changed: [Int]) throws(StoreError) {
        try update.run { $0.entry(entry) }
        for index in changed { try put(entry.events[index], index, of: entry.id) }
    }

    /// Writes one event; its number is its index in the entry.
    private func put(
        _ event: AttentionEvent,
        _ number: Int,
        of entryID: Int64
    ) throws(StoreError) {
        try self.event.run {
            $0.integer(entryID)
            $0.integer(number)
            $0.text(event.cause)
            $0.fact(event.fact)
            $0.integer(event.callbackID)
            $0.text(event.text)
            $0.integer(event.firstMilliseconds)
            $0.integer(event.lastMilliseconds)
            $0.integer(event.count)
        }
    }

    /// Closes an entry. The row stays, with the name and the note of the resolution.
    package func close(
        _ id: Int64,
        _ resolution: EntryResolution,
        atMilliseconds now: Int64
    ) throws(StoreError) {
        try closing.run {
            $0.text(resolution.by)
            $0.text(resolution.note)
            $0.integer(now)
            $0.integer(id)
        }
    }

    /// The open entries about these payments, with their events, in the order of their IDs.
    package func open(of paymentIDs: some Sequence<Int64>) throws(StoreError) -> [AttentionEntry] {
        try completed(
            try openOfPayments.all {
                $0.list(paymentIDs)
            } row: {
                Self.read($0)
            }
        )
    }

    /// The open entries that belong to no payment, with their events.
    ///
    /// Scans `attention`, resolved entries included. Needed only for unreadable callbacks, and for
    /// entries about the gateway or the disk.
    package func openLoose() throws(StoreError) -> [AttentionEntry] {
        try completed(
            try looseOpen.all { _ in
            } row: {
                Self.read($0)
            }
        )
    }

    /// The entries with these IDs, open or resolved, with their events.
    package func entries(_ ids: some Sequence<Int64>) throws(StoreError) -> [AttentionEntry] {
        try completed(
            try byID.all {
                $0.list(ids)
            } row: {
                Self.read($0)
            }
        )
    }

    /// Reads a row of ``columns``; nil when the kind is unknown.
    package static func read(_ row: any SQLRow) -> AttentionEntry? {
        guard let kind = AttentionKind(rawValue: row.text(1)) else { return nil }
        let subject: AttentionSubject
        if let id = row.optionalInteger(2) {
            subject = .payment(id)
        } else {
            subject = row.text(3).isEmpty ? .gateway : .cause(row.text(3))
        }
        var entry = AttentionEntry(
            id: row.integer(0),
            kind: kind,
            subject: subject,
            events: [],
            count: row.integer(4),
            openedMilliseconds: row.integer(5),
            lastMilliseconds: row.integer(6)
        )
        entry.isOpen = row.integer(7) != 0
        return entry
    }

    /// Adds the events of the entries, by one statement.
    private func completed(_ entries: [AttentionEntry?]) throws(StoreError) -> [AttentionEntry] {
        var entries = entries.compactMap(\.self)
        if entries.isEmpty { return [] }
        let found = try events.all {
            $0.list(entries.map(\.id))
        } row: { row in
            (row.integer(0), Self.event(row))
        }
        let byEntry = Dictionary(grouping: found) { $0.0 }
        for index in entries.indices {
            entries[index].events = byEntry[entries[index].id]?.map(\.1) ?? []
        }
        return entries
    }

    /// Reads a row of ``eventSelection``.
    package static func event(_ row: any SQLRow) -> AttentionEvent {
        var event = AttentionEvent(
            cause: row.text(1),
            fact: row.fact(from: 2),
            callbackID: row.optionalInteger(6),
            text: row.text(7),
            atMilliseconds: row.integer(8)
        )
        event.lastMilliseconds = row.integer(9)
        event.count = row.integer(10)
        return event
    }
}

extension SQLBinder {
    /// Binds the columns of an open entry, its ID last; insertion and update take the same order.
    fileprivate func entry(_ entry: AttentionEntry) {
        text(entry.kind.rawValue)
        switch entry.subject {
        case .payment(let id):
            integer(id)
            text(nil)
        case .cause(let cause):
            integer(nil)
            text(cause)
        case .gateway:
            integer(nil)
            text("")
        }
        integer(entry.count)
        integer(entry.openedMilliseconds)
        integer(entry.lastMilliseconds)
        integer(entry.id)
    }
}
