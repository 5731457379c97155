package import SQLite

/// How far the index file covers the main database, and in which history of it.
package struct IndexCover: Equatable, Sendable {
    var watermark = IndexWatermark()

    /// Tells the history from others: see ``IndexHistory``.
    var proof = ""
}

/// The main database as an index file has to fit it.
package struct IndexHistory {
    let feed: String

    /// The cover at a watermark; nil when the database has never got there.
    package let cover: (_ watermark: IndexWatermark) throws(SQLiteError) -> IndexCover?
}

extension IndexHistory {
    package init(_ main: Connection, feed: String) {
        self.init(feed: feed) { (watermark) throws(SQLiteError) in
            guard try MainDatabase.newest(main).covers(watermark),
                let proof = try Self.proof(at: watermark, main)
            else { return nil }
            return IndexCover(watermark: watermark, proof: proof)
        }
    }

    /// What tells this history of the database at a watermark from every other one under the same
    /// feed id, such as that before a copy was put back: when the payment there was created, and
    /// what the late reference there leads to. Neither ever changes.
    private static func proof(
        at watermark: IndexWatermark,
        _ main: Connection
    ) throws(SQLiteError) -> String? {
        let payment = try main.prepare("SELECT created_at FROM payments WHERE id = ?").first {
            $0.integer(watermark.paymentID)
        } row: {
            "\($0.integer(0))"
        }
        let late = try main.prepare("SELECT key, payment_id FROM late_references WHERE id = ?")
            .first {
                $0.integer(watermark.lateReferenceID)
            } row: {
                "\($0.integer(0)):\($0.integer(1))"
            }
        if payment == nil, watermark.paymentID > 0 { return nil }
        if late == nil, watermark.lateReferenceID > 0 { return nil }
        return "\(payment ?? "-") \(late ?? "-")"
    }
}
