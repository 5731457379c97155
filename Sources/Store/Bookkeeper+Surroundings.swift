import Payments
import SQLite

extension Bookkeeper {
    /// Every transaction and unattached callback that shares a reference with a delivery.
    struct Surroundings {
        var transactions: [StoredTransaction] = []
        var callbackIDs: Set<Int64> = []
    }

    func surroundings(of delivery: Delivery) throws(SQLiteError) -> Surroundings {
        var entries: Set<IndexEntry>
        if let pair = delivery.pair {
            let partnerKey = ReferenceIndex.key(pair.originalPartnerReferenceNo)
            entries = try index.entries(partnerKey, in: lookups)
            if pair.originalReferenceNo != pair.originalPartnerReferenceNo {
                let referenceKey = ReferenceIndex.key(pair.originalReferenceNo)
                entries.formUnion(try index.entries(referenceKey, in: lookups))
            }
        } else {
            let key = ReferenceIndex.key(signature: delivery.signatureKey)
            entries = try index.entries(key, in: lookups)
        }
        var found = Surroundings()
        for entry in entries {
            switch entry {
            case .callback(let id): found.callbackIDs.insert(id)
            case .transaction(let id):
                if let stored = try transactions.transaction(id),
                    delivery.pair.map({ stored.state.carries($0) }) ?? false
                {
                    found.transactions.append(stored)
                }
            }
        }
        return found
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
            var next = transaction.lastCallbackID
            while let id = next, let link = try journal.link(of: id) {
                if link.signatureKey == delivery.signatureKey,
                    let kept = try kept(id, ifSameAs: delivery)
                {
                    return kept
                }
                next = link.previousCallbackID
            }
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
