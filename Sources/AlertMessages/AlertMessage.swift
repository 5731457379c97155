package import Payments
import Text

/// One message of an alert: what has happened to the entries of one kind since the last message.
///
/// All texts are printable: a value from outside can neither end a line nor disguise one. Line
/// breaks occur only in ``detail``, between entries.
package struct AlertMessage: Equatable, Sendable {
    /// What a message reports.
    package enum State: String, Sendable {
        /// At least one entry is open.
        case open
        /// All its entries are resolved.
        case resolved
        /// Nothing has happened: an operator tests the alert.
        case test
    }

    /// The name of the alert in the configuration.
    package let alert: String

    /// The kind of all its entries; nil in a test message.
    package let kind: AttentionKind?

    /// How many entries it reports as open.
    package let openCount: Int

    /// How many entries it reports as resolved.
    package let resolvedCount: Int

    /// The first of its entries, at most ``entriesMax``: the open ones, then the resolved ones.
    package let entries: [AlertEntry]

    /// The address of these entries in the internal API; nil when it has no fixed address.
    package let url: String?

    /// How many entries a message describes; the others are only counted.
    package static let entriesMax = 5

    /// - Parameters:
    ///   - entries: the first ``entriesMax`` count.
    package init(
        alert: String,
        kind: AttentionKind,
        openCount: Int,
        resolvedCount: Int,
        entries: [AlertEntry],
        url: String?
    ) {
        self.alert = alert
        self.kind = kind
        self.openCount = openCount
        self.resolvedCount = resolvedCount
        self.entries = Array(entries.prefix(Self.entriesMax))
        self.url = url
    }

    /// The message of `alerts test`.
    package init(testOf alert: String, url: String?) {
        self.alert = alert
        kind = nil
        (openCount, resolvedCount, entries) = (0, 0, [])
        self.url = url
    }

    package var state: State {
        if kind == nil { return .test }
        return openCount > 0 ? .open : .resolved
    }

    /// The word of ``kind``, or `test`.
    package var kindText: String { kind?.rawValue ?? State.test.rawValue }

    /// The reference of the first entry; nil when it has none.
    package var reference: String? { entries.first?.reference.map { oneLine($0) } }
}

// MARK: - Texts

extension AlertMessage {
    /// One short line, such as `amount-mismatch: TRX-1` or `Resolved: amount-mismatch: 3 entries`.
    package var title: String {
        guard let kind else { return "Test of the alert \(alert)" }
        switch (openCount, resolvedCount) {
        case (1, 0), (0, 1):
            let name = reference.map { "\(kind.rawValue): \($0)" } ?? kind.rawValue
            return openCount == 1 ? name : "Resolved: \(name)"
        case (_, 0): return "\(kind.rawValue): \(openCount) entries"
        case (0, _): return "Resolved: \(kind.rawValue): \(resolvedCount) entries"
        default: return "\(kind.rawValue): \(openCount) new, \(resolvedCount) resolved"
        }
    }

    /// What is known, in one line for each entry, and a line that counts the others.
    package var detail: String {
        if kind == nil { return "This alert works. Nothing needs attention because of it." }
        let total = openCount + resolvedCount
        var lines = entries.map { entry in
            let text = Self.text(of: entry)
            guard total > 1, let reference = entry.reference else { return text }
            return "\(oneLine(reference)): \(text)"
        }
        if total > entries.count {
            lines.append("… and \(total - entries.count) more of this kind")
        }
        return lines.joined(separator: "\n")
    }

    /// The maximum of characters that one text of an entry may have in a message.
    private static let textCharactersMax = 300

    /// The text of one entry, on one line.
    private static func text(of entry: AlertEntry) -> String {
        let reported = entry.count > 1 ? " (reported \(entry.count) times)" : ""
        let detail = shortened(entry.detail) + reported
        guard let resolution = entry.resolution else { return detail }
        let note = resolution.note.isEmpty ? "" : ": \(shortened(resolution.note))"
        return "resolved by \(shortened(resolution.by))\(note) (it was: \(detail))"
    }

    private static func shortened(_ text: String) -> String {
        let line = oneLine(text)
        return line.count <= textCharactersMax ? line : line.prefix(textCharactersMax - 1) + "…"
    }
}

// MARK: - Default body

extension AlertMessage {
    /// The body of an alert whose `body` is null: one JSON object. Its members are stable; a later
    /// version may add some.
    package var defaultBody: [UInt8] {
        var object = JSONObjectText()
        object.add("alert", alert)
        object.add("state", state.rawValue)
        object.add("kind", kindText)
        object.add("title", title)
        object.add("detail", detail)
        object.add("reference", reference)
        object.add("url", url)
        let first = entries.first
        object.add("entryId", literal: first.map { "\($0.id)" } ?? "null")
        object.add("openedAt", Self.time(first?.openedMilliseconds))
        object.add("resolvedAt", Self.time(first?.resolution?.atMilliseconds))
        object.add("count", literal: "\(first?.count ?? 0)")
        object.add("openCount", literal: "\(openCount)")
        object.add("resolvedCount", literal: "\(resolvedCount)")
        object.add("entries", entries.map { Self.object($0) })
        return object.bytes
    }

    private static func object(_ entry: AlertEntry) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("entryId", literal: "\(entry.id)")
        object.add("state", (entry.resolution == nil ? State.open : .resolved).rawValue)
        object.add("reference", entry.reference.map { oneLine($0) })
        object.add("detail", text(of: entry))
        object.add("openedAt", time(entry.openedMilliseconds))
        object.add("resolvedAt", time(entry.resolution?.atMilliseconds))
        object.add("count", literal: "\(entry.count)")
        return object
    }

    private static func time(_ milliseconds: Int64?) -> String? {
        milliseconds.map { JakartaTime.textWithFraction(milliseconds: $0) }
    }
}
