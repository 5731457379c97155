/// Decides about the entry `callbacks-refused`: a changed key, path or address of the gateway shows
/// as refused callbacks that bear the merchant's client ID (article Statuses, "Attention entries").
struct RefusalWatch {
    /// The time in which refused callbacks are counted together, in milliseconds.
    static let windowMilliseconds: Int64 = 600_000

    /// How many refused callbacks in that time raise the entry; a single authentic one does.
    static let countMin = 3

    /// The pause between two counts of an open entry, in milliseconds.
    static let recountMilliseconds: Int64 = 60_000

    /// The silence after which the entry closes, in milliseconds.
    static let silenceMilliseconds: Int64 = 86_400_000

    /// The refused callbacks of the window after the last accepted one.
    private var recent: [RefusalTally.Refusal] = []

    /// Refused callbacks since the entry was last raised.
    private var unreported = 0

    /// Whether the entry is open; an accepted callback closes it.
    private(set) var isOpen: Bool

    /// Whether an accepted callback changes anything.
    var awaitsAccepted: Bool { isOpen || !recent.isEmpty }
    private var lastRefusal: Int64
    private var lastRaised = Int64.min

    /// - Parameters:
    ///   - isOpen: whether the entry is open from an earlier run of the program.
    ///   - now: milliseconds since the epoch.
    init(isOpen: Bool, atMilliseconds now: Int64) {
        self.isOpen = isOpen
        lastRefusal = now
    }

    /// Decides what follows from what happened since the last call; nil for nothing.
    ///
    /// After an accepted callback the entry is not raised again within the window: a gateway with
    /// two keys, or refused callbacks of another sender among accepted ones, would otherwise open
    /// one entry after the other.
    mutating func step(_ news: RefusalTally.News, atMilliseconds now: Int64) -> EntryChange? {
        let wasOpen = isOpen
        if news.hasAccepted {
            recent = []
            unreported = 0
            isOpen = false
        }
        record(news, atMilliseconds: now)
        if let detail = raise(atMilliseconds: now) { return .raise(detail: detail) }
        if wasOpen, !isOpen { return .close(note: "a callback was accepted") }
        guard isOpen, now - lastRefusal >= Self.silenceMilliseconds else { return nil }
        isOpen = false
        return .close(note: "no callback was refused for a day")
    }

    private mutating func record(_ news: RefusalTally.News, atMilliseconds now: Int64) {
        recent += news.refusals
        recent.removeAll { now - $0.atMilliseconds > Self.windowMilliseconds }
        if recent.count > RefusalTally.countMax {
            recent.removeFirst(recent.count - RefusalTally.countMax)
        }
        unreported += news.refusals.count + news.omitted
        if !news.refusals.isEmpty { lastRefusal = now }
    }

    /// Raises the entry, or counts again in the open one; returns the detail.
    private mutating func raise(atMilliseconds now: Int64) -> String? {
        guard unreported > 0,
            isOpen || recent.count >= Self.countMin || recent.contains(where: \.isAuthentic)
        else { return nil }
        let pause = isOpen ? Self.recountMilliseconds : Self.windowMilliseconds
        if lastRaised != .min, now - lastRaised < pause { return nil }
        let detail = detail
        isOpen = true
        lastRaised = now
        unreported = 0
        return detail
    }

    /// How many were refused, and with which response most of them.
    private var detail: String {
        let count = max(unreported, recent.count)
        let callbacks = count == 1 ? "1 callback was" : "\(count) callbacks were"
        let authentic = recent.filter(\.isAuthentic).count
        var text = "\(callbacks) refused, most with \(recent.map(\.response).commonest ?? "")"
        if authentic > 0 { text += "; the signature of \(authentic) verified" }
        return text
    }
}
