/// What is stored about payments since the last authentic callback.
struct SilenceEvidence: Equatable, Sendable {
    /// When the last authentic callback was received, in milliseconds since the epoch; nil when
    /// there is none.
    var lastCallback: Int64?

    /// Successes that a query found since then.
    var confirmedByQuery = 0

    /// Codes that expired unpaid since then.
    var expired = 0

    /// When the first of these transitions was recorded, in milliseconds since the epoch.
    var first: Int64?
}

/// Decides about the entry `no-callbacks`: there are payments, but the gateway's callbacks do not
/// arrive, for instance because the registered URL or the proxy has changed (article Statuses,
/// "Attention entries").
struct SilenceWatch {
    /// The silence after which successes found by queries raise the entry, in milliseconds.
    static let quietMilliseconds: Int64 = 3_600_000

    /// How many successes must have been found by queries.
    static let confirmedMin = 3

    /// The silence after which expired codes raise the entry, in milliseconds. Most codes of a shop
    /// may expire unpaid, so this takes longer.
    static let expiryQuietMilliseconds: Int64 = 86_400_000

    /// How many codes must have expired.
    static let expiredMin = 20

    private(set) var isOpen: Bool

    /// The last callback when the entry was raised.
    private var lastCallback: Int64?

    /// - Parameters:
    ///   - isOpen: whether the entry is open from an earlier run of the program.
    ///   - lastCallback: see ``SilenceEvidence/lastCallback``.
    init(isOpen: Bool, lastCallback: Int64?) {
        self.isOpen = isOpen
        self.lastCallback = lastCallback
    }

    /// Decides what follows from the evidence; nil for nothing.
    mutating func step(_ evidence: SilenceEvidence, atMilliseconds now: Int64) -> EntryChange? {
        if isOpen {
            guard let last = evidence.lastCallback, last != lastCallback else { return nil }
            isOpen = false
            return .close(note: "a callback arrived")
        }
        guard let since = evidence.lastCallback ?? evidence.first else { return nil }
        let quiet = now - since
        let isConfirmed =
            evidence.confirmedByQuery >= Self.confirmedMin && quiet >= Self.quietMilliseconds
        let isExpired =
            evidence.expired >= Self.expiredMin && quiet >= Self.expiryQuietMilliseconds
        guard isConfirmed || isExpired else { return nil }
        isOpen = true
        lastCallback = evidence.lastCallback
        let facts =
            isConfirmed
            ? "\(evidence.confirmedByQuery) payments were confirmed by queries"
            : "\(evidence.expired) codes expired"
        let silence =
            evidence.lastCallback == nil
            ? "no callback has ever arrived"
            : "no callback arrived for \(quiet / 3_600_000) h"
        return .raise(
            detail: "\(facts), but \(silence): check the URL registered with the gateway, the "
                + "proxy, and the firewall"
        )
    }
}
