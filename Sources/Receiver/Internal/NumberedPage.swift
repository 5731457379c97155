import HTTPCore

/// One page of a list whose entries are numbered, the newest first.
struct NumberedPage<Entry: Encodable>: Encodable {
    private let name: String
    private let entries: [Entry]
    private let next: Int64
    private let more: Bool

    /// - Parameters:
    ///   - name: the member that holds the entries.
    ///   - found: what was read: one entry more than `limit`, where there are that many.
    ///   - before: where the request began, if it said so; an empty page repeats it.
    init<Record>(
        _ name: String,
        _ found: [Record],
        limit: Int,
        before: Int64?,
        number: (Record) -> Int64,
        entry: (Record) -> Entry
    ) {
        let shown = found.prefix(limit)
        self.name = name
        entries = shown.map(entry)
        next = shown.last.map(number) ?? before ?? 0
        more = found.count > limit
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: MemberName.self)
        try container.encode(entries, forKey: MemberName(name))
        try container.encode(next, forKey: "next")
        try container.encode(more, forKey: "more")
    }
}
