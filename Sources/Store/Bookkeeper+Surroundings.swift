import Payments
import SQLite

extension Bookkeeper {
    /// How many callbacks with the same references are searched, one by one, for a signature.
    ///
    /// Later ones are found in the index by their signature: else every new callback of a payment
    /// would cost as much as all before it together. The usual payment has few, and needs no such
    /// entries.
    static let searchedMax = 16

    /// Every transaction and unattached callback that shares a reference with a delivery, but for
    /// crowded callbacks.
    struct Surroundings {
        var transactions: [StoredTransaction] = []
        var callbackIDs: Set<Int64> = []

        /// Whether there may be crowded callbacks with these references.
        var isCrowded: Bool {
            callbackIDs.count >= searchedMax
                || transactions.contains { $0.callbackCount >= searchedMax }
        }
    }

    func surroundings(of delivery: Delivery) throws(SQLiteError) -> Surroundings {
        if let pair = delivery.pair { return try surroundings(of: pair) }
        // Without references, only the same signature makes two callbacks neighbours.
        var found = Surroundings()
        let key = ReferenceIndex.key(signature: delivery.signatureKey)
        for case .callback(let id) in try entries(key) { found.callbackIDs.insert(id) }
        return found
    }

    /// Every transaction and unattached callback that shares a reference with a pair, but for
    /// crowded callbacks.
    func surroundings(of pair: ReferencePair) throws(SQLiteError) -> Surroundings {
        var found = Surroundings()
        for entry in try entries(of: pair) {
            switch entry {
            case .callback(let id): found.callbackIDs.insert(id)
            case .transaction(let id):
                if let stored = try transactions.transaction(id), stored.state.carries(pair) {
                    found.transactions.append(stored)
                }
            }
        }
        // Sets come in any order; the same callbacks must always have the same effect.
        found.transactions.sort { $0.state.id < $1.state.id }
        return found
    }

    /// What the index holds for either number of a pair.
    func entries(of pair: ReferencePair) throws(SQLiteError) -> Set<IndexEntry> {
        var entries = try entries(of: pair.originalPartnerReferenceNo)
        if pair.originalReferenceNo != pair.originalPartnerReferenceNo {
            entries.formUnion(try self.entries(of: pair.originalReferenceNo))
        }
        return entries
    }

    /// What the index holds for a reference: what has the same hash is among it.
    func entries(of reference: Reference) throws(SQLiteError) -> Set<IndexEntry> {
        try entries(ReferenceIndex.key(reference))
    }

    /// The kept callback with the same signature, body and X-TIMESTAMP (row 5a).
    func repetition(
        of delivery: Delivery,
        in surroundings: Surroundings
    ) throws(SQLiteError) -> KeptCallback? {
        for id in surroundings.callbackIDs.sorted() {
            if let kept = try kept(id, ifSameAs: delivery) { return kept }
        }
        for transaction in surroundings.transactions {
            var next = transaction.lastSearchedCallbackID
            while let id = next, let link = try journal.link(of: id) {
                if link.signatureKey == delivery.signatureKey,
                    let kept = try kept(id, ifSameAs: delivery)
                {
                    return kept
                }
                next = link.previousCallbackID
            }
        }
        return surroundings.isCrowded ? try crowded(delivery) : nil
    }

    private func entries(_ key: UInt64) throws(SQLiteError) -> Set<IndexEntry> {
        try index.entries(key, in: lookups, beside: entriesBeingWritten)
    }

    private func crowded(_ delivery: Delivery) throws(SQLiteError) -> KeptCallback? {
        let key = ReferenceIndex.key(signature: delivery.signatureKey)
        for case .callback(let id) in try entries(key) {
            if let kept = try kept(id, ifSameAs: delivery) { return kept }
        }
        return nil
    }

    private func kept(
        _ id: Int64,
        ifSameAs delivery: Delivery
    ) throws(SQLiteError) -> KeptCallback? {
        guard let link = try journal.link(of: id), link.signatureKey == delivery.signatureKey,
            let kept = try journal.kept(id),
            kept.signedAt == delivery.timestamp, kept.body == delivery.body
        else { return nil }
        // Headers are not signed. One that failed for its headers is no measure for a delivery
        // whose headers are in order: else whoever saw a callback could spoil it by sending it
        // first.
        let isSpoilt = kept.failedIn == .headers || kept.failedIn == .partner
        return isSpoilt && kept.failedIn != delivery.failure ? nil : kept
    }
}
