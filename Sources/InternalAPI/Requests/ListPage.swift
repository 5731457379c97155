import APIModel

/// One page of a list: `{<plural>: […], next, more}` (contract section 5).
struct ListPage<Entry: Encodable, Next: Encodable>: Encodable {
    private let name: String
    private let entries: [Entry]
    private let next: Next
    private let more: Bool

    /// - Parameters:
    ///   - name: the member that holds the entries.
    ///   - next: where the list goes on; to be sent back.
    init(_ name: String, _ entries: [Entry], next: Next, more: Bool) {
        self.name = name
        self.entries = entries
        self.next = next
        self.more = more
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: MemberName.self)
        try container.encode(entries, forKey: MemberName(name))
        try container.encode(next, forKey: "next")
        try container.encode(more, forKey: "more")
    }
}
